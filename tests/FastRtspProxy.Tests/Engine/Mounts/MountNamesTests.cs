using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class MountNamesTests
{
    [Theory]
    [InlineData("proxyStream", "proxyStream", true)]
    [InlineData("proxyStream", "proxyStream/track1", true)]
    [InlineData("proxyStream", "proxyStream//track1", true)]
    [InlineData("proxyStream", "proxyStream/a/b/c", true)]
    [InlineData("proxyStream/a", "proxyStream", true)]
    [InlineData("proxyStream", "proxyStream%2Ftrack1", true)]
    [InlineData("proxyStream", "proxyStrea%6D", true)]
    [InlineData("proxyStream", "proxyStrea%6d/x", true)]
    [InlineData("proxyStream", "proxyStream-1", false)]
    [InlineData("proxyStream", "proxyStream1/track1", false)]
    [InlineData("proxyStream", "ProxyStream", false)]
    [InlineData("house/door", "house/garden", false)]
    [InlineData("house/door", "house/doorbell", false)]
    [InlineData("house/door", "house", true)]
    public void Collide_TwoNames_WhenOneIsTheBeginningOfTheOtherAtASlash(string one, string other, bool collide)
    {
        Assert.Equal(collide, MountNames.Collide(one, other));
        Assert.Equal(collide, MountNames.Collide(other, one));
    }
}
