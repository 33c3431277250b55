using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class ControlUrlTests
{
    [Theory]
    [Rule("S13")]
    [InlineData("rtsp://h/a/", "track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a", "track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a", null, "rtsp://h/a")]
    [InlineData("rtsp://h/a/", "*", "rtsp://h/a/")]
    [InlineData("rtsp://h/a/", "", "rtsp://h/a/")]
    [InlineData("rtsp://h/a", " track1 ", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a/", "trackID=1?x=y", "rtsp://h/a/trackID=1?x=y")]
    [InlineData("rtsp://h", "track1", "rtsp://h/track1")]
    public void Resolve_RelativeControl_IsAppendedToTheBase(string baseUrl, string? control, string expected)
    {
        Assert.Equal(expected, ControlUrl.Resolve(baseUrl, control));
    }

    [Theory]
    [InlineData("rtsp://h/a", "/track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a/", "/track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a", "/a/track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a", "/a", "rtsp://h/a")]
    [InlineData("rtsp://h/a/", "/a", "rtsp://h/a")]
    [InlineData("rtsp://h/a/", "/a/", "rtsp://h/a/")]
    [InlineData("rtsp://h/a/", "/ab", "rtsp://h/a/ab")]
    [InlineData("rtsp://h/a?x=y", "/a?x=y/track1", "rtsp://h/a?x=y/track1")]
    public void Quirk_ControlWithLeadingSlash_IsBelowTheBase(string baseUrl, string control, string expected)
    {
        Assert.Equal(expected, ControlUrl.Resolve(baseUrl, control));
    }

    [Theory]
    [InlineData("rtspu")]
    [InlineData("RTSPT")]
    [InlineData("http")]
    [InlineData("rtsp+tls")]
    public void Quirk_UrlOfAnotherScheme_IsItsPathOnOurHost(string scheme)
    {
        Assert.Equal("rtsp://cam/live/track1", ControlUrl.Resolve("rtsp://cam/x/", scheme + "://10.0.0.5:80/live/track1"));
        Assert.Equal("rtsp://cam/live/", ControlUrl.Base("rtsp://cam/x", scheme + "://10.0.0.5:80/live/"));
        Assert.Equal(["rtsp://cam/live/track1"], ControlUrl.Candidates("rtsp://cam/live/", scheme + "://10.0.0.5/live/", "track1"));
    }

    [Theory]
    [InlineData("track1?url=rtsp://x/y", "rtsp://cam/x/track1?url=rtsp://x/y")]
    [InlineData("://x", "rtsp://cam/x/://x")]
    public void Resolve_UrlWithinAControl_IsNoScheme(string control, string expected)
    {
        Assert.Equal(expected, ControlUrl.Resolve("rtsp://cam/x/", control));
    }

    [Fact]
    public void Quirk_AbsoluteControlWithItsOwnHost_KeepsOurHost()
    {
        Assert.Equal("rtsp://192.0.2.7:8554/live/track1?q=1", ControlUrl.Resolve("rtsp://192.0.2.7:8554/x", "rtsp://10.0.0.5/live/track1?q=1"));
    }

    [Theory]
    [Rule("S44")]
    [InlineData("rtsp://h/a?x=y", "trackID=0", "rtsp://h/a?x=y/trackID=0")]
    [InlineData("rtsp://h/a?x=y", "?ctype=video", "rtsp://h/a?x=y?ctype=video")]
    [InlineData("rtsp://h/a", "?ctype=video", "rtsp://h/a?ctype=video")]
    public void Resolve_QueryInBaseOrControl_IsKept(string baseUrl, string control, string expected)
    {
        Assert.Equal(expected, ControlUrl.Resolve(baseUrl, control));
    }

    [Theory]
    [InlineData(null, null, "rtsp://cam:554/live")]
    [InlineData("", "", "rtsp://cam:554/live")]
    [InlineData("rtsp://cam:554/live/", null, "rtsp://cam:554/live/")]
    [InlineData(null, "rtsp://cam:554/loc/", "rtsp://cam:554/loc/")]
    [InlineData("rtsp://0.0.0.0/live/", null, "rtsp://cam:554/live/")]
    [InlineData("rtsp://::ffff:192.0.2.1/live/", null, "rtsp://cam:554/live/")]
    [InlineData("rtsp://[::ffff:192.0.2.1]:8554/live/", null, "rtsp://cam:554/live/")]
    [InlineData("192.0.2.1:554/live/", null, "rtsp://cam:554/live/")]
    [InlineData("//192.0.2.1/live/", null, "rtsp://cam:554/live/")]
    [InlineData("/live/", null, "rtsp://cam:554/live/")]
    [InlineData("live/", null, "rtsp://cam:554/live/")]
    [InlineData(" \"rtsp://x/live/\" ", null, "rtsp://cam:554/live/")]
    public void Quirk_ContentBaseOddities_StayOnOurHost(string? contentBase, string? contentLocation, string expected)
    {
        Assert.Equal(expected, ControlUrl.Base("rtsp://cam:554/live", contentBase, contentLocation));
    }

    // The camera of the 404: Content-Base, the session's control, the track's control, and what is asked for in turn.
    [Theory]
    [InlineData("rtsp://h/", "rtsp://h/live/ch1", "trackID=0", "rtsp://h/live/ch1/trackID=0 rtsp://h/trackID=0 rtsp://h/live/trackID=0")]
    [InlineData("rtsp://h/", "rtsp://h/live/ch1/", "trackID=0", "rtsp://h/live/ch1/trackID=0 rtsp://h/trackID=0")]
    [InlineData("rtsp://h/live/", "rtsp://10.0.0.9:554/live/ch1", "track1", "rtsp://h/live/ch1/track1 rtsp://h/live/track1")]
    [InlineData("rtsp://h/live/", "rtsp://h/live/", "track1", "rtsp://h/live/track1")]
    [InlineData("rtsp://h/live/", "*", "track1", "rtsp://h/live/track1")]
    [InlineData("rtsp://h/live/", null, "track1", "rtsp://h/live/track1")]
    [InlineData("rtsp://h/live", null, "track1", "rtsp://h/live/track1 rtsp://h/track1")]
    [InlineData("rtsp://h/live/", "ch1", "track1", "rtsp://h/live/track1 rtsp://h/live/ch1/track1")]
    [InlineData("rtsp://h/", "rtsp://h/live?u=1", "trackID=0", "rtsp://h/live?u=1/trackID=0 rtsp://h/trackID=0")]
    [InlineData("rtsp://h/", "rtsp://h/live/ch1", "rtsp://h/else/track1", "rtsp://h/else/track1")]
    [InlineData("rtsp://h/", "rtsp://rtsp://h/live", "track1", "rtsp://h/live/track1 rtsp://h/track1")]
    [InlineData("rtsp://h/", "rtsp://h/live", null, "rtsp://h/live rtsp://h/")]
    [InlineData("rtsp://h", "rtsp://h/live", "/track1", "rtsp://h/live/track1 rtsp://h/track1")]
    [InlineData("rtsp://h/live/", "*", "/media/track1", "rtsp://h/live/media/track1 rtsp://h/media/track1")]
    [InlineData("rtsp://h/live", "/live", "track1", "rtsp://h/live/track1 rtsp://h/track1")]
    [InlineData("rtsp://h/live?u=1", null, "/live/track1", "rtsp://h/live?u=1/live/track1 rtsp://h/live/track1")]
    public void Candidates_SessionControl_IsTheBaseWhereItIsAbsoluteAndTheOtherReadingsFollow(string baseUrl, string? session, string? control, string expected)
    {
        Assert.Equal(expected.Split(' '), ControlUrl.Candidates(baseUrl, session, control));
    }

    [Theory]
    [InlineData("rtsp://rtsp://192.0.2.1:554/stream1/")]
    [InlineData("rtsp://RTSP://192.0.2.1/stream1/")]
    [InlineData("rtsps://rtsp://192.0.2.1/stream1/")]
    [InlineData("rtsp://rtsp://rtsp://192.0.2.1/stream1/")]
    [InlineData("rtsp://[fe80::1%25eth0]/stream1/")]
    public void Quirk_BaseWithItsSchemeTwiceOrAZone_IsItsPathOnOurHost(string contentBase)
    {
        Assert.Equal("rtsp://cam/stream1/", ControlUrl.Base("rtsp://cam/x", contentBase));
        Assert.Equal("rtsp://cam/stream1/", ControlUrl.Base("rtsp://cam/x", null, contentBase));
        Assert.Equal("rtsp://cam/stream1/", ControlUrl.Resolve("rtsp://cam/x", contentBase));
    }
}
