using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class RequestTargetTests : IDisposable
{
    private readonly FastRtspProxy.Net.ShardGroup _shards =
        FastRtspProxy.Net.ShardGroup.Start(1, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

    private readonly FakeMountDirectory _mounts = new();

    public RequestTargetTests()
    {
        foreach (string name in (string[])["cam", "a/b", "my cam", "proxyStream-1"])
        {
            _mounts.Add(new FakeMount(name, _shards.Shards[0], 1));
        }
    }

    public void Dispose() => _shards.Dispose();

    [Theory]
    [Rule("S44")]
    [InlineData("rtsp://h:8554/cam", "cam", null)]
    [InlineData("rtsp://h:8554/cam/", "cam", null)]
    [InlineData("rtsp://h/cam/track1", "cam", "track1")]
    [InlineData("rtsp://h/cam/track1/", "cam", "track1")]
    [InlineData("rtsp://h/cam?user=x&token=1", "cam", null)]
    [InlineData("rtsp://h/cam/?x=y", "cam", null)]
    [InlineData("rtsp://h/cam?x=y/track2", "cam", "track2")]
    [InlineData("rtsp://h/cam/track2?x=y", "cam", "track2")]
    [InlineData("rtsp://h/cam/?x=y/track2", "cam", "track2")]
    [InlineData("rtsp://h/a/b", "a/b", null)]
    [InlineData("rtsp://h/a/b/track1", "a/b", "track1")]
    [InlineData("rtsp://h/my%20cam/track1", "my cam", "track1")]
    [InlineData("rtsp://user:p%40ss@h/cam", "cam", null)]
    [InlineData("rtsp://[::1]:554/cam/track1", "cam", "track1")]
    [InlineData("/cam/track1", "cam", "track1")]
    [InlineData("cam", "cam", null)]
    [InlineData("RTSP://H/proxyStream-1", "proxyStream-1", null)]
    public void Resolve_FormsThatPlayersSend_FindMountAndTrack(string uri, string mount, string? control)
    {
        RequestTarget target = RequestTarget.Resolve(uri, _mounts);

        Assert.Equal(mount, target.Mount?.Name);
        Assert.Equal(control, target.Control);
    }

    [Theory]
    [InlineData("rtsp://h/CAM")]
    [InlineData("rtsp://h/other")]
    [InlineData("rtsp://h/")]
    [InlineData("rtsp://h")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("rtsp://h/cam/track1/more")]
    [InlineData("://")]
    [InlineData("rtsp://h/%zz%")]
    public void Resolve_AnythingElse_FindsNothing(string uri) => Assert.Null(RequestTarget.Resolve(uri, _mounts).Mount);

    [Fact]
    public void Resolve_CredentialsInUrl_AreNotInTheAuthority() =>
        Assert.Equal("rtsp://h:1", RequestTarget.Resolve("rtsp://u:secret@h:1/cam", _mounts).Authority);
}
