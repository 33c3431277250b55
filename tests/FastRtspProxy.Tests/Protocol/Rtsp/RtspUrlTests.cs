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
    [InlineData("rtsp://u:p@rtsp://cam/a")]
    [InlineData("rtsp://cam/a b")]
    [InlineData("rtsp://cam/a\r\nX: y")]
    [InlineData("rtsp://u%0d%0aX:p@cam/a")]
    [InlineData("rtsp://u:p%00@cam/a")]
    [InlineData("rtsp://u%7F@cam/a")]
    public void TryParse_NoUrl_SaysWhyWithoutThePassword(string text)
    {
        Assert.False(RtspUrl.TryParse(text, out RtspUrl? url, out string? error));
        Assert.Null(url);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("u:p", error, StringComparison.Ordinal);
    }

    // RFC 6874: `%25` and the encoded zone; a bare percent sign is what users type.
    [Theory]
    [InlineData("rtsp://[fe80::1%25eth0]:8554/a", "fe80::1%eth0", "eth0", "rtsp://[fe80::1]:8554/a")]
    [InlineData("rtsp://[fe80::1%eth0]/a", "fe80::1%eth0", "eth0", "rtsp://[fe80::1]/a")]
    [InlineData("rtsp://[fe80::1%252]/a", "fe80::1%2", "2", "rtsp://[fe80::1]/a")]
    [InlineData("rtsp://[fe80::1%25]/a", "fe80::1%25", "25", "rtsp://[fe80::1]/a")]
    [InlineData("rtsp://[fe80::1%25en%2Ed0]/a", "fe80::1%en.d0", "en.d0", "rtsp://[fe80::1]/a")]
    [InlineData("rtsps://[FE80::1%25br-lan]", "FE80::1%br-lan", "br-lan", "rtsps://[FE80::1]")]
    [InlineData("rtsp://[fe80::1]/a%25b", "fe80::1", null, "rtsp://[fe80::1]/a%25b")]
    [InlineData("rtsp://cam/a%25b", "cam", null, "rtsp://cam/a%25b")]
    public void TryParse_ZoneOfAnIpv6Address_LeadsThereAndStaysHere(string text, string host, string? zone, string requestUri)
    {
        RtspUrl url = Parse(text);

        Assert.Equal((host, zone, requestUri), (url.Host, url.Zone, url.RequestUri));
        Assert.Equal(text, url.Text);
        Assert.Equal(text, url.Redacted);
    }

    [Fact]
    public void TryParse_ZoneBehindCredentials_IsShownButNotSent()
    {
        RtspUrl url = Parse("rtsp://u:p@[fe80::1%25eth0]/a");

        Assert.Equal("rtsp://u:***@[fe80::1%25eth0]/a", url.Redacted);
        Assert.Equal("rtsp://[fe80::1]/a", url.RequestUri);
        Assert.Equal("u", url.User);
    }

    [Theory]
    [InlineData("rtsp://[fe80::1%]/a")]
    [InlineData("rtsp://[fe80::1%25a/b]/a")]
    [InlineData("rtsp://[fe80::1%25%0A]/a")]
    [InlineData("rtsp://[fe80::1%25an-interface-of-a-long-name]/a")]
    [InlineData("rtsp://[fe80::1%25a%25b]/a")]
    public void TryParse_ZoneThatNamesNoInterface_IsRefused(string text)
    {
        Assert.False(RtspUrl.TryParse(text, out _, out string? error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("rtsp://admin:2048/geheim@192.0.2.5/ch1?a=b", "rtsp://***@192.0.2.5/ch1?a=b")]
    [InlineData("rtsp://u:p@s/geheim@192.0.2.5/a", "rtsp://***@192.0.2.5/a")]
    [InlineData("rtsp://u:12/geheim@[2001:db8::1]", "rtsp://***@[2001:db8::1]")]
    [InlineData("rtsp://cam/a@b", null)]
    [InlineData("rtsp://cam/rtsp://u:p@192.0.2.5/a", null)]
    public void HasTwoReadings_SlashInFrontOfAnAtAndAHost_IsNotShown(string text, string? shown)
    {
        Assert.True(RtspUrl.TryParse(text, out RtspUrl? url, out _));

        Assert.Equal(shown is not null, url.HasTwoReadings);
        Assert.Equal(shown ?? url.Redacted, url.Redacted);
    }

    [Theory]
    [InlineData("rtsp://rtsp://cam/a", false)]
    [InlineData("rtsps://rtsp://cam/a", false)]
    [InlineData("rtsp://rtsps://cam/a", true)]
    [InlineData("rtsp://RTSP://rtsp://cam/a", false)]
    public void TryParse_SchemeWrittenTwice_TheLastCounts(string text, bool tls)
    {
        RtspUrl url = Parse(text);

        Assert.Equal((tls, "cam", "/a"), (url.Tls, url.Host, url.PathAndQuery));
        Assert.Equal(url.Text, url.RequestUri);
        Assert.EndsWith("://cam/a", url.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rtsp://r", url.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("rtsp://[fe80::9]:554/b", "fe80::1%3", "fe80::9%3", "rtsp://[fe80::9%253]:554/b")]
    [InlineData("rtsp://[fe80::9%254]/b", "fe80::1%3", "fe80::9%4", "rtsp://[fe80::9%254]/b")]
    [InlineData("rtsp://[2001:db8::9]/b", "fe80::1%3", "2001:db8::9", "rtsp://[2001:db8::9]/b")]
    [InlineData("rtsp://[fe80::9]/b", "2001:db8::1", "fe80::9", "rtsp://[fe80::9]/b")]
    [InlineData("rtsp://cam/b", "fe80::1%3", "cam", "rtsp://cam/b")]
    [InlineData("rtsp://[fe80::9]/b", null, "fe80::9", "rtsp://[fe80::9]/b")]
    public void WithZoneOf_LinkLocalTargetOfANeighbour_IsOnTheNeighboursLink(string text, string? neighbour, string host, string shown)
    {
        RtspUrl url = Parse(text).WithZoneOf(neighbour is null ? null : System.Net.IPAddress.Parse(neighbour));

        Assert.Equal((host, shown), (url.Host, url.Text));
        Assert.DoesNotContain('%', url.RequestUri);
    }

    private static RtspUrl Parse(string text)
    {
        Assert.True(RtspUrl.TryParse(text, out RtspUrl? url, out string? error), error);
        return url;
    }
}
