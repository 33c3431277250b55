using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;

namespace FastRtspProxy.Tests.Captures;

/// <summary>The arguments of <c>--capture</c>.</summary>
public sealed class CaptureOptionsTests
{
    private const string Url = "rtsp://bob:word@192.0.2.10/a";

    [Fact]
    public void Parse_OfACapture_TakesTheOptionsAboutCameras()
    {
        ParseOutcome.Capture capture = Assert.IsType<ParseOutcome.Capture>(
            CommandLineParser.Parse(["-t", "--capture", "x.frpcap", "--seconds", "2m", "--capture-size=1M", "--with-media", Url]));

        Assert.Equal(("x.frpcap", null), (capture.Arguments.File, capture.Arguments.PacketFile));
        Assert.Equal((TimeSpan.FromMinutes(2), true, 1L << 20), (capture.Arguments.Wish.Duration, capture.Arguments.Wish.WithMedia, capture.Arguments.Wish.BytesMax));
        Assert.Equal((Url, BackendTransport.Tcp), (capture.Arguments.Stream!.Url, capture.Arguments.Stream.Transport));
    }

    [Fact]
    public void Parse_OfACaptureOfPackets_NeedsNoUrl()
    {
        ParseOutcome.Capture capture = Assert.IsType<ParseOutcome.Capture>(CommandLineParser.Parse(["--capture", "x", "--pcap", "y"]));

        Assert.Equal(("y", null), (capture.Arguments.PacketFile, capture.Arguments.Stream));
        Assert.Equal((TimeSpan.FromSeconds(30), false), (capture.Arguments.Wish.Duration, capture.Arguments.Wish.WithMedia));
    }

    [Theory]
    [InlineData("--capture x", "option --capture needs one rtsp:// URL")]
    [InlineData("--capture x " + Url + " " + Url, "option --capture needs one rtsp:// URL")]
    [InlineData("--capture x --seconds 0 " + Url, "option --seconds \"0\": a time of 1s to 1h")]
    [InlineData("--capture x --seconds 2h " + Url, "option --seconds \"2h\": a time of 1s to 1h")]
    [InlineData("--capture x --capture-size 1 " + Url, "option --capture-size \"1\":")]
    [InlineData("--capture x --config y " + Url, "option --capture reads the camera of a URL")]
    [InlineData("--capture x --demo", "option --capture reads the camera of a URL")]
    [InlineData("--seconds 3 " + Url, "option --seconds needs --capture")]
    [InlineData("--with-media " + Url, "option --with-media needs --capture")]
    [InlineData("--pcap x " + Url, "option --pcap needs --capture")]
    [InlineData("--config y --seconds 5 --with-media --pcap x", "option --seconds needs --capture")]
    [InlineData("--config y --check --capture-size 1M", "option --capture-size needs --capture")]
    [InlineData("--healthcheck --with-media", "option --with-media needs --capture")]
    [InlineData("--capture x --check " + Url, "option --check needs --config")]
    [InlineData("--capture x --healthcheck " + Url, "option --capture asks a camera, and --healthcheck a running proxy")]
    [InlineData("--capture x -U bob word " + Url, "option -U needs -R")]
    [InlineData("--capture x --max-registered 3 " + Url, "option --max-registered needs -R")]
    [InlineData("--capture x --offer-sha256 " + Url, "option --offer-sha256 needs -C")]
    [InlineData("--healthcheck --check", "option --check needs --config")]
    public void Parse_OfWhatDoesNotGoTogether_SaysWhy(string arguments, string line)
    {
        ParseOutcome.Refuse refusal = Assert.IsType<ParseOutcome.Refuse>(CommandLineParser.Parse(arguments.Split(' ')));

        Assert.StartsWith(line, refusal.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("word", refusal.Line, StringComparison.Ordinal);
    }
}
