using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class RtspUrlTests
{
    [Theory]
    [InlineData("rtsp://cam/a?b=c", false, "cam", 554, "/a?b=c")]
    [InlineData("rtsp://cam", false, "cam", 554, "/")]
    [InlineData("RTSP://cam:8554/", false, "cam", 8554, "/")]
    [InlineData("rtsps://cam/a", true, "cam", 322, "/a")]
    [InlineData("rtsp://[::1]:8554/a", false, "::1", 8554, "/a")]
    [InlineData("rtsp://[::ffff:192.0.2.1]", false, "::ffff:192.0.2.1", 554, "/")]
    [InlineData("rtsp://cam?x=y", false, "cam", 554, "?x=y")]
    [InlineData("rtsp://cam:/a", false, "cam", 554, "/a")]
    [InlineData("rtsp://cam/a@b", false, "cam", 554, "/a@b")]
    [InlineData("rtsp://cam?x=a@b", false, "cam", 554, "?x=a@b")]
    public void TryParse_WithoutCredentials_GivesParts(string text, bool tls, string host, int port, string path)
    {
        RtspUrl url = Parse(text);

        Assert.Equal((tls, host, port, path), (url.Tls, url.Host, url.Port, url.PathAndQuery));
        Assert.Null(url.User);
        Assert.Equal(text, url.Text);
        Assert.Equal(text, url.Redacted);
    }

    [Theory]
    [InlineData("rtsp://u:p@cam/a", "u", "p", "cam")]
    [InlineData("rtsp://u:p%40ss%2F@cam/a", "u", "p@ss/", "cam")]
    [InlineData("rtsp://u:p@ss@cam/a", "u", "p@ss", "cam")]
    [InlineData("rtsp://u:p#s:s@cam/a", "u", "p#s:s", "cam")]
    [InlineData("rtsp://u:p/ss@cam/a", "u", "p/ss", "cam")]
    [InlineData("rtsp://u:p?ss@cam/a", "u", "p?ss", "cam")]
    [InlineData("rtsp://u:@cam/a", "u", "", "cam")]
    [InlineData("rtsp://u@cam/a", "u", null, "cam")]
    [InlineData("rtsp://u:p@cam/a@b", "u", "p", "cam")]
    [InlineData("rtsp://u:100%@cam/a", "u", "100%", "cam")]
    public void TryParse_Credentials_AreDecodedAndTakenOut(string text, string user, string? password, string host)
    {
        RtspUrl url = Parse(text);

        Assert.Equal((user, password, host), (url.User, url.Password, url.Host));
        Assert.StartsWith("rtsp://cam/a", url.Text, StringComparison.Ordinal);
        Assert.StartsWith("rtsp://u:***@cam/a", url.Redacted, StringComparison.Ordinal);
        Assert.Equal(url.Redacted, url.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://cam/a")]
    [InlineData("rtsp:/cam")]
    [InlineData("rtsp://")]
    [InlineData("rtsp:///a")]
    [InlineData("rtsp://u:p@/a")]
    [InlineData("rtsp://cam:0/a")]
    [InlineData("rtsp://cam:65536/a")]
    [InlineData("rtsp://cam:x/a")]
    [InlineData("rtsp://[::1/a")]
    [InlineData("rtsp://[::1]x/a")]
    [InlineData("rtsp://[nonsense]/a")]
    [InlineData("rtsp://cam/a b")]
    [InlineData("rtsp://cam/a\r\nX: y")]
    public void TryParse_NoUrl_SaysWhyWithoutThePassword(string text)
    {
        Assert.False(RtspUrl.TryParse(text, out RtspUrl? url, out string? error));
        Assert.Null(url);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("u:p", error, StringComparison.Ordinal);
    }

    private static RtspUrl Parse(string text)
    {
        Assert.True(RtspUrl.TryParse(text, out RtspUrl? url, out string? error), error);
        return url;
    }
}
