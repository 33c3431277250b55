using System.Net;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Where a camera may send us.</summary>
public sealed class CameraRedirectTests
{
    [Theory]
    [InlineData("rtsp://a/x", "rtsp://b:8554/y", "rtsp://b:8554/y")]
    [InlineData("rtsp://a/x", "  rtsp://b/y ", "rtsp://b/y")]
    [InlineData("rtsp://a/x", "rtsps://b/y", "rtsps://b/y")]
    [InlineData("rtsps://a/x", "rtsps://b/y", "rtsps://b/y")]
    [InlineData("rtsp://a:8554/x", "/y", "rtsp://a:8554/y")]
    public void TryFollow_AnRtspUrlOrAPath_IsFollowed(string from, string location, string expected)
    {
        Assert.True(CameraRedirect.TryFollow(Url(from), location, null, out RtspUrl? target, out BackendFailure? problem));
        Assert.Null(problem);
        Assert.Equal(Url(expected).RequestUri, target.RequestUri);
        Assert.Equal(Url(expected).Tls, target.Tls);
    }

    [Theory]
    [InlineData("rtsp://a/x", "http://b/y", "no RTSP URL")]
    [InlineData("rtsp://a/x", "rtsp://", "no RTSP URL")]
    [InlineData("rtsps://a/x", "rtsp://b/y", "from rtsps to rtsp")]
    [InlineData("rtsp://a/x", "rtsp://admin:2048/geheim@192.0.2.5/y", "in two ways")]
    [InlineData("rtsp://a/x", "rtsp://u:p@s/geheim@192.0.2.5/y", "in two ways")]
    [InlineData("rtsp://a/x", "rtsp://u%0d%0aPOST:p@b/y", "no RTSP URL")]
    public void TryFollow_AnotherSchemeOrNoMoreEncryption_IsNot(string from, string location, string why)
    {
        Assert.False(CameraRedirect.TryFollow(Url(from), location, null, out RtspUrl? target, out BackendFailure? problem));
        Assert.Null(target);
        Assert.Equal(BackendFailureKind.BadRedirect, problem.Kind);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryFollow_ALinkLocalTarget_IsOnTheLinkOfTheCameraThatNamesIt()
    {
        Assert.True(CameraRedirect.TryFollow(Url("rtsp://[fe80::1]/x"), "rtsp://[fe80::2]/y", IPAddress.Parse("fe80::1%3"), out RtspUrl? target, out _));
        Assert.Contains("%3", target.Host, StringComparison.Ordinal);
    }

    private static RtspUrl Url(string text)
    {
        Assert.True(RtspUrl.TryParse(text, out RtspUrl? url, out string? error), error);
        return url;
    }
}
