using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class WildcardTests
{
    /// <summary>
    /// A stream that is pulled for nobody would never go, so <see cref="StreamSettings.AlwaysOn"/> means nothing for what a wildcard makes.
    /// </summary>
    [Fact]
    public void Instance_OfAWildcardThatIsAlwaysOn_IsPulledForViewersOnly()
    {
        StreamOptions stream = new() { Name = "lobby-*", Url = "rtsp://h/${1}", Credentials = new Credentials("u", "p"), Dscp = 10 };
        StreamSettings common = new() { AlwaysOn = true, Hold = TimeSpan.FromSeconds(7) };

        StreamOptions instance = new Wildcard(stream).Instance("lobby-3", "3", common);

        Assert.Equal(stream with { Name = "lobby-3", Url = "rtsp://h/3", Settings = common with { AlwaysOn = false } }, instance);
    }
}
