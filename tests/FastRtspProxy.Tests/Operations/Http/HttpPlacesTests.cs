using System.Net;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Who finds a place at the HTTP server.</summary>
public sealed class HttpPlacesTests
{
    [Fact]
    public void TryTake_StrangersFromManyAddresses_LeavePlacesForThisMachine()
    {
        HttpPlaces places = new(most: 20, ofOne: 4, kept: 5);
        int taken = Enumerable.Range(1, 50).Count(i => places.TryTake(IPAddress.Parse($"192.0.2.{i}")));

        Assert.Equal(15, taken);
        Assert.True(places.TryTake(IPAddress.Loopback));
        Assert.Equal(16, places.Count);
    }

    [Fact]
    public void TryTake_OneAddress_HasItsPartAndGetsItBack()
    {
        HttpPlaces places = new(most: 20, ofOne: 2, kept: 0);
        IPAddress one = IPAddress.Parse("192.0.2.1");

        Assert.True(places.TryTake(one) && places.TryTake(one));
        Assert.False(places.TryTake(one));
        places.Leave(one);
        Assert.True(places.TryTake(one));
        Assert.Equal(2, places.Count);
    }
}
