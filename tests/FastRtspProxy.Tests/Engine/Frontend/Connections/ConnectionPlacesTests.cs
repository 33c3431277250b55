using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Which connection makes room for which. Times in seconds.</summary>
public sealed class ConnectionPlacesTests : IDisposable
{
    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly ConnectionPlaces _places = new(max: 10, maxPerAddress: 8, isPerAddressGiven: true);

    public void Dispose() => _shards.Dispose();

    private ConnectionPlace Take(byte address, long now, PlaceLimit expected = PlaceLimit.None, ConnectionPlace? makesRoom = null)
    {
        ConnectionPlace place = new(new IPAddress([192, 0, 2, address])) { Shard = _shards.Shards[0] };
        Assert.Equal(expected, _places.TryTake(place, now * 1_000_000, out ConnectionPlace? gone));
        Assert.Same(makesRoom, gone);
        Assert.Equal(makesRoom is not null, makesRoom?.HasToGo ?? false);
        return place;
    }

    private ConnectionPlace[] Take(byte address, int count, long now) => [.. Enumerable.Range(0, count).Select(_ => Take(address, now))];

    [Fact]
    public void TryTake_OneAddressHasItsShareAndAllAreYoung_IsRefused()
    {
        Take(1, 8, 0);

        Take(1, 4, PlaceLimit.Address);
        Take(2, 4);
    }

    [Fact]
    public void TryTake_OneAddressHasItsShare_ItsOldestSilentOneMakesRoom()
    {
        ConnectionPlace[] own = Take(1, 8, 0);
        Take(2, 0);

        Take(1, 6, makesRoom: own[0]);
        _places.Leave(own[0]);
        Take(1, 6, makesRoom: own[1]);
    }

    [Fact]
    public void TryTake_AllPlacesAreACrowds_TheCrowdsOldestMakesRoomAtOnce()
    {
        ConnectionPlace[] crowd = Take(1, 8, 0);
        Take(2, 2, 0);

        Take(3, 0, makesRoom: crowd[0]);
        Take(4, 0, makesRoom: crowd[1]);
    }

    [Fact]
    public void TryTake_EverybodyHasOne_TheOldestMakesRoomAfterItsGrace()
    {
        ConnectionPlace[] first = [.. Enumerable.Range(1, 10).Select(i => Take((byte)i, 0))];

        Take(20, 4, PlaceLimit.Total);
        Take(20, 5, makesRoom: first[0]);
    }

    [Fact]
    public void TryTake_AllAreUsed_IsRefusedForEver()
    {
        foreach (ConnectionPlace place in (ConnectionPlace[])[.. Take(1, 5, 0), .. Take(2, 5, 0)])
        {
            _places.SetUsed(place, true, 0);
        }

        Take(3, 1_000, PlaceLimit.Total);
    }

    [Fact]
    public void SetUsed_NoMore_WaitsAsIfItHadComeNow()
    {
        ConnectionPlace[] all = [.. Enumerable.Range(1, 10).Select(i => Take((byte)i, 0))];
        _places.SetUsed(all[0], true, 1_000_000);
        _places.SetUsed(all[0], false, 7_000_000);
        _places.SetUsed(all[0], false, 7_000_000);

        Take(20, 8, makesRoom: all[1]);
        for (int i = 2; i < 10; i++)
        {
            _places.SetUsed(all[i], true, 8_000_000);
        }

        Take(21, 8, PlaceLimit.Total);
        Take(21, 12, makesRoom: all[0]);
    }

    [Fact]
    public void TryTake_ThoseThatHaveToGoAreNotClosedYet_OnlySoManyAreLent()
    {
        ConnectionPlaces places = new(max: 100, maxPerAddress: 100, isPerAddressGiven: true);
        List<ConnectionPlace> gone = [];
        for (int i = 0; i < 100 + ConnectionPlaces.LeavingMax; i++)
        {
            ConnectionPlace place = new(new IPAddress([192, 0, (byte)(i < 100 ? 2 : 3 + i), 1])) { Shard = _shards.Shards[0] };
            Assert.Equal(PlaceLimit.None, places.TryTake(place, 0, out ConnectionPlace? makesRoom));
            if (makesRoom is not null)
            {
                gone.Add(makesRoom);
            }
        }

        ConnectionPlace next = new(IPAddress.Loopback) { Shard = _shards.Shards[0] };
        Assert.Equal(100 + ConnectionPlaces.LeavingMax, places.Count);
        Assert.Equal(PlaceLimit.Total, places.TryTake(next, 100_000_000, out _));
        places.Leave(gone[0]);
        places.Leave(gone[0]);
        Assert.Equal(PlaceLimit.None, places.TryTake(next, 100_000_000, out _));
        Assert.Equal(100 + ConnectionPlaces.LeavingMax, places.Count);
    }

    [Fact]
    public void Cap_ByDescriptors_OneAddressGetsThreeQuartersUnlessANumberWasGiven()
    {
        ConnectionPlaces places = new(max: 1000, maxPerAddress: 500, isPerAddressGiven: false);
        places.Cap(40);
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(PlaceLimit.None, places.TryTake(new ConnectionPlace(IPAddress.Loopback) { Shard = _shards.Shards[0] }, 0, out _));
        }

        Assert.Equal(PlaceLimit.Descriptors, places.TryTake(new ConnectionPlace(IPAddress.Loopback) { Shard = _shards.Shards[0] }, 0, out _));

        ConnectionPlaces given = new(max: 1000, maxPerAddress: 500, isPerAddressGiven: true);
        given.Cap(40);
        for (int i = 0; i < 40; i++)
        {
            ConnectionPlace place = new(IPAddress.Loopback) { Shard = _shards.Shards[0] };
            Assert.Equal(PlaceLimit.None, given.TryTake(place, 0, out _));
            given.SetUsed(place, true, 0);
        }

        Assert.Equal(PlaceLimit.Descriptors, given.TryTake(new ConnectionPlace(IPAddress.Loopback) { Shard = _shards.Shards[0] }, 0, out _));
    }

    [Fact]
    public void TryTake_AddressesOfOneIPv6Network_CountAsOne()
    {
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(PlaceLimit.None, _places.TryTake(new ConnectionPlace(IPAddress.Parse($"2001:db8::{i + 1}")) { Shard = _shards.Shards[0] }, 0, out _));
        }

        Assert.Equal(PlaceLimit.Address, _places.TryTake(new ConnectionPlace(IPAddress.Parse("2001:db8::99")) { Shard = _shards.Shards[0] }, 0, out _));
        Assert.Equal(PlaceLimit.None, _places.TryTake(new ConnectionPlace(IPAddress.Parse("2001:db8:0:1::99")) { Shard = _shards.Shards[0] }, 0, out _));
    }
}
