using System.Net;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Output;

namespace FastRtspProxy.Tests.Program.Output;

public sealed class BannerTests
{
    [Fact]
    public void Streams_TwoStreamsAndRegister_HaveTheShapeThatScriptsRead()
    {
        ProxyOptions options = Options("-R rtsp://127.0.0.1/av.mkv rtsp://admin:secret@127.0.0.1/v.264");

        string text = Banner.Streams(options, "192.0.2.10", 8554, 8000);

        Assert.Equal(
            """
            RTSP stream, proxying the stream "rtsp://127.0.0.1/av.mkv"
            	Play this stream using the URL: rtsp://192.0.2.10:8554/proxyStream-1
            RTSP stream, proxying the stream "rtsp://admin:***@127.0.0.1/v.264"
            	Play this stream using the URL: rtsp://192.0.2.10:8554/proxyStream-2
            (We handle incoming "REGISTER" requests on port 8554)

            (We use port 8000 for optional RTSP-over-HTTP tunneling.)

            """,
            text);
    }

    [Fact]
    public void Streams_StandardPortAndNoTunnel_LeaveThePortOutAndSaySo()
    {
        string text = Banner.Streams(Options("rtsp://192.0.2.1/a"), "[2001:db8::1]", 554, 0);

        Assert.Equal(
            """
            RTSP stream, proxying the stream "rtsp://192.0.2.1/a"
            	Play this stream using the URL: rtsp://[2001:db8::1]/proxyStream

            (RTSP-over-HTTP tunneling is not available.)

            """,
            text);
    }

    [Fact]
    public void Head_Always_IsOurNameAVersionLineAndABlankLine()
    {
        Assert.Matches("^FastRtspProxy\n\t\\(version [0-9.]+; [^\n]+\\)\n\n$", Banner.Head());
    }

    [Fact]
    public void Registered_AnyStream_IsAPairOfLines()
    {
        Assert.Equal(
            "Proxying the registered back-end stream \"rtsp://192.0.2.1/a\".\n\tPlay this stream using the URL: rtsp://192.0.2.10:8554/door\n",
            Banner.Registered("rtsp://192.0.2.1/a", "192.0.2.10", 8554, "door"));
    }

    [Theory]
    [InlineData("rtsp://192.0.2.1/a", "rtsp://192.0.2.1/a")]
    [InlineData("rtsp://admin:secret@192.0.2.1/a", "rtsp://admin:***@192.0.2.1/a")]
    [InlineData("rtsp://admin@192.0.2.1/a", "rtsp://admin@192.0.2.1/a")]
    [InlineData("rtsp://admin:@192.0.2.1/a", "rtsp://admin:***@192.0.2.1/a")]
    [InlineData("rtsp://admin:se@cr/et@192.0.2.1/a", "rtsp://admin:***@192.0.2.1/a")]
    [InlineData("admin:secret@192.0.2.1", "admin:***@192.0.2.1")]
    [InlineData("rtsp://192.0.2.1/a\u001b[2J\r\nb", "rtsp://192.0.2.1/a?[2J??b")]
    [InlineData("rtsp://h:554/?password=a@b", "rtsp://h:554/?password=***")]
    [InlineData("rtsp://h/?password=a b", "rtsp://h/?password=***")]
    [InlineData("http://h:80/?password=a@b", "http://h:***")]
    [InlineData("rtsp://admin:secret", "rtsp://admin:***")]
    [InlineData("rtsp://admin:secret/192.0.2.1", "rtsp://admin:***")]
    [InlineData("rtsp://[2001:db8::1]:secret", "rtsp://[2001:db8::1]:***")]
    [InlineData("rtsp://[2001:db8::1]:554/a", "rtsp://[2001:db8::1]:554/a")]
    [InlineData("rtsp://h:554?a=b", "rtsp://h:554?a=b")]
    [InlineData("rtsp://h:/a", "rtsp://h:/a")]
    public void Redact_AnyText_ShowsNoPasswordAndNoControlCharacter(string url, string expected)
    {
        Assert.Equal(expected, BackendUrl.Redact(url));
    }

    [Theory]
    [InlineData("192.0.2.10,198.51.100.1", true, true, "192.0.2.10")]
    [InlineData("2001:db8::1,192.0.2.10", true, true, "192.0.2.10")]
    [InlineData("2001:db8::1,192.0.2.10", false, true, "2001:db8::1")]
    [InlineData("fe80::1,2001:db8::1", true, true, "2001:db8::1")]
    [InlineData("fe80::1", true, true, "127.0.0.1")]
    [InlineData("192.0.2.10", false, true, "::1")]
    [InlineData("2001:db8::1", true, false, "127.0.0.1")]
    [InlineData("", true, true, "127.0.0.1")]
    public void Choose_Addresses_PrefersIPv4AndNeverNamesAFamilyThatIsNotServed(string candidates, bool ipv4, bool ipv6, string expected)
    {
        IEnumerable<IPAddress> addresses = candidates.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse);

        Assert.Equal(IPAddress.Parse(expected), OwnAddress.Choose(addresses, ipv4, ipv6));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "[2001:db8::7]")]
    public void Find_BoundAddress_IsTheOneInTheUrl(string bind, string expected)
    {
        Assert.Equal(expected, OwnAddress.Find(IPAddress.Parse(bind), true, true));
    }

    private static ProxyOptions Options(string arguments)
    {
        return Assert.IsType<ParseOutcome.Run>(CommandLineParser.Parse(arguments.Split(' '))).Options.Engine;
    }

    [Theory]
    [InlineData(322, "(The same streams by TLS: rtsps://192.0.2.10/...)\n")]
    [InlineData(8322, "(The same streams by TLS: rtsps://192.0.2.10:8322/...)\n")]
    public void Rtsps_NamesTheSchemeAndThePortWhereItIsNotTheUsualOne(int port, string expected) => Assert.Equal(expected, Banner.Rtsps("192.0.2.10", port));
}
