using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>How a viewer begins: in the squeezed past, at a random access point, or live.</summary>
public sealed class JoinTests : IDisposable
{
    private const uint Interval = 3600;

    private readonly FanOutFixture _fixture = new();
    private uint _timestamp = 90_000;

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_InstantStart_TheGroupArrivesSqueezedThenThePresentAsItIs(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Publish(pictures: 24);
        uint first = 90_000 + Interval;
        uint edge = _timestamp;
        CatchUpBudget budget = new(1000);
        Assert.True(budget.TryTake(600));
        CatchUp catchUp = new(_fixture.Ring.Head, 0, new TimestampMap(0, edge, edge - first, 1800), long.MaxValue, budget, 600);
        Func<int, List<byte[]>> receive = Join(isTcp, 0, catchUp, waits: false);
        List<byte[]> past = receive(25 * 4);
        Publish(pictures: 3);
        List<byte[]> present = receive(3 * 5);

        Assert.All(past, p => Assert.Equal(0, p[12])); // the audio of the past is left out
        uint[] times = [.. past.Select(Timestamp).Distinct()];
        Assert.Equal(25, times.Length);
        Assert.Equal(edge - 1800, times[0]);
        Assert.Equal(edge, times[^1]);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second > pair.First));
        Assert.Equal([edge + Interval, edge + (2 * Interval), edge + (3 * Interval)], present.Where(p => p[12] == 0).Select(Timestamp).Distinct());
        Assert.Equal(3, present.Count(p => p[12] == 1));
        Assert.Equal(0, budget.TakenBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_PastStart_AllTracksArriveAsTheyWereAndThePresentAfterThem(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        uint first = _timestamp;
        Publish(pictures: 24);
        CatchUpBudget budget = new(1000);
        Assert.True(budget.TryTake(600));
        CatchUp catchUp = new(_fixture.Ring.Head, null, null, long.MaxValue, budget, 600) { PastPackets = 125, FirstPackets = 4, SpanMicros = 960_000 };
        Func<int, List<byte[]>> receive = Join(isTcp, 0, catchUp, waits: false);
        List<byte[]> past = receive(25 * 5);
        Publish(pictures: 3);
        List<byte[]> present = receive(3 * 5);

        Assert.Equal(25, past.Count(p => p[12] == 1));
        uint[] times = [.. past.Concat(present).Where(p => p[12] == 0).Select(Timestamp).Distinct()];
        Assert.Equal(Enumerable.Range(0, 28).Select(i => first + ((uint)i * Interval)), times);
        Assert.Equal(0, budget.TakenBytes);
    }

    [Fact]
    public void Add_InstantStartOverUdp_ADefaultSocketBufferLosesNothing()
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Publish(pictures: 200);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000, ReceiveBufferSize = 212_992 / 2 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(212_992, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveBuffer)!);
        UdpViewer viewer = _fixture.NewViewer((IPEndPoint)socket.LocalEndPoint!, tracks: 2);
        viewer.JoinSequence = 0;
        viewer.CatchUp = new CatchUp(_fixture.Ring.Head, 0, null, long.MaxValue, null, 0);
        _fixture.OnShard(() => _fixture.FanOut.Add(viewer));
        List<int> numbers = FanOutFixture.Receive(socket, 201 * 4);
        Assert.Equal(201 * 4, numbers.Distinct().Count());
        Publish(pictures: 1);
        Assert.Equal(5, FanOutFixture.Receive(socket, 5).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_WaitsForRandomAccess_EverythingBeginsThere(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Func<int, List<byte[]>> receive = Join(isTcp, _fixture.Ring.Head, null, waits: true);
        Publish(pictures: 3);
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Publish(pictures: 1);
        List<byte[]> packets = receive(10);
        Assert.Equal(8, packets.Count(p => p[12] == 0));
        Assert.Equal(2, packets.Count(p => p[12] == 1));
        Assert.Equal(0, packets[0][12]);
        Assert.All(packets.Take(4), p => Assert.Equal(_timestamp - Interval, Timestamp(p)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_WaitsForRandomAccessWithoutVideo_HasNothingToWaitFor(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Func<int, List<byte[]>> receive = Join(isTcp, _fixture.Ring.Head, null, waits: true, onlyAudio: true);
        Publish(pictures: 3);
        Assert.All(receive(3), p => Assert.Equal(1, p[12]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_WaitsForRandomAccessForATime_GetsWhatThereIsThen(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Func<int, List<byte[]>> receive = Join(isTcp, _fixture.Ring.Head, null, waits: true, TimeSpan.FromMilliseconds(1));
        long joined = _fixture.OnShard(() => _fixture.Shard.NowMicros);
        Assert.True(SpinWait.SpinUntil(() => _fixture.OnShard(() => _fixture.Shard.NowMicros) > joined + 1000, 60_000));
        Publish(pictures: 2);
        Assert.Equal(10, receive(10).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_ParameterSetsPublishedBeforeTheirPicture_VideoBeginsWithThem(bool isTcp)
    {
        Publish(pictures: 1, EntryFlags.RandomAccess);
        Func<int, List<byte[]>> receive = Join(isTcp, _fixture.Ring.Head, null, waits: true);
        _timestamp += Interval;
        byte[] packet = new byte[100];
        packet[0] = 0x80;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _timestamp);
        foreach (EntryFlags flags in (EntryFlags[])[EntryFlags.ParameterSets, EntryFlags.NonVcl, EntryFlags.RandomAccess | EntryFlags.Marker])
        {
            _fixture.OnShard(() =>
            {
                _fixture.Ring.Append(0, flags, 0, _timestamp, _fixture.Shard.NowMicros, packet);
                _fixture.Ring.Publish();
            });
            _fixture.OnShard(() => { }); // a pass for each
        }

        Assert.All(receive(3), p => Assert.Equal(_timestamp, Timestamp(p)));
    }

    [Fact]
    public void Add_WaitsForRandomAccessInAStreamWithout_IsServedLive()
    {
        Publish(pictures: 1);
        Func<int, List<byte[]>> receive = Join(isTcp: false, _fixture.Ring.Head, null, waits: true);
        Publish(pictures: 2);
        Assert.Equal(10, receive(10).Count);
    }

    [Fact]
    public void TryTake_OverTheBudget_IsRefusedAndTakesNothing()
    {
        CatchUpBudget budget = new(100);
        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        budget.Return(60);
        Assert.Equal(40, budget.TakenBytes);
    }

    private static uint Timestamp(byte[] packet) => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));

    private Func<int, List<byte[]>> Join(bool isTcp, long joinSequence, CatchUp? catchUp, bool waits, TimeSpan? maxWait = null, bool onlyAudio = false)
    {
        if (isTcp)
        {
            (TcpViewer viewer, Socket far) = _fixture.AddTcp([onlyAudio ? TcpViewer.NoChannel : (byte)0, 2]);
            _fixture.OnShard(() =>
            {
                _fixture.FanOut.Remove(viewer);
                viewer.JoinSequence = joinSequence;
                viewer.CatchUp = catchUp;
                viewer.WaitsForRandomAccess = waits;
                viewer.MaxRandomAccessWait = maxWait;
                _fixture.Table.For(_fixture.Ring, _fixture.Counters).Add(viewer);
            });
            return count => [.. FanOutFixture.ReadFrames(far, count).Select(f => f.Packet)];
        }

        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        UdpViewer udp = _fixture.NewViewer((IPEndPoint)socket.LocalEndPoint!, tracks: 2);
        udp.JoinSequence = joinSequence;
        udp.CatchUp = catchUp;
        udp.WaitsForRandomAccess = waits;
        udp.MaxRandomAccessWait = maxWait;
        if (onlyAudio)
        {
            udp.SetTrack(0, default, default);
        }

        _fixture.OnShard(() => _fixture.Table.For(_fixture.Ring, _fixture.Counters).Add(udp));
        return count =>
        {
            List<byte[]> packets = [];
            byte[] buffer = new byte[65_536];
            while (packets.Count < count)
            {
                int bytes = socket.Receive(buffer);
                packets.Add(buffer[..bytes]);
            }

            return packets;
        };
    }

    private void Publish(int pictures, EntryFlags flags = EntryFlags.None)
    {
        for (int i = 0; i < pictures; i++)
        {
            _fixture.OnShard(() =>
            {
                _timestamp += Interval;
                _fixture.AppendFrame(0, 4, _timestamp, flags);
                _fixture.AppendFrame(1, 1, _timestamp, packetBytes: 200);
                _fixture.Ring.Publish();
            });
        }
    }
}
