using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Ways in which a camera wants to be read.</summary>
public sealed class CameraSideTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const double Seconds = 3;

    [Fact]
    public async Task Play_CameraOffersTcpOnly_FallsBackAndDecodes()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac", "--protocols", "tcp");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl, "udp", Seconds).FinishAsync(Soon);

        AssertVideo(decoded[0], Seconds);
        AssertAudio(decoded[1], Seconds);
        Assert.Contains(proxy.Process.Lines(), line => line.IsError && line.Text.Contains("TCP", StringComparison.Ordinal));
    }

    /// <summary>A server that waits for its next key frame, and has no TCP: three seconds of silence must not lead to a way that it refuses for ever.</summary>
    [Fact]
    public async Task Play_CameraOffersUdpOnlyAndIsSlow_DecodesAfterAWhile()
    {
        CameraProcess camera = await StartCameraAsync("h264", "--protocols", "udp", "--late", "4");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp");
        await player.WaitForVideoFramesAsync(75, Soon);
    }

    /// <summary>The same without any report meanwhile: over UDP nothing at all is heard for longer than the first look takes.</summary>
    [Fact]
    public async Task Play_SimulatedCameraIsUdpOnlySlowAndSilentUntilThen_DecodesAfterAWhile()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", "udp-only,late-media=4s,no-rtcp");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Urls[0]);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp", inputOptions: ["-timeout", "40000000"]);
        await player.WaitForVideoFramesAsync(75, Soon);
    }

    [Fact]
    public async Task Play_BackendInterleavedByOption_Decodes()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Url);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl, "tcp", Seconds).FinishAsync(Soon);

        AssertVideo(decoded[0], Seconds);
        AssertAudio(decoded[1], Seconds);
    }

    [Theory]
    [InlineData("h264,aac", 1, "track2 (audio")]
    [InlineData("aac,h264", 0, "track1 (audio")]
    public async Task Play_CameraRefusesTheSound_ThePictureDecodesAndTheSoundIsDescribedToNobodyElse(string tracks, int refused, string name)
    {
        CameraProcess camera = await StartCameraAsync(tracks, "--refuse-track", refused.ToString(CultureInfo.InvariantCulture));
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Url);

        IReadOnlyList<DecodedTrack> picture = await StartFfmpeg(proxy.PlayUrl, "tcp", Seconds, "-allowed_media_types", "video").FinishAsync(Soon);
        AssertVideo(Assert.Single(picture), Seconds);
        IReadOnlyList<DecodedTrack> all = await StartFfmpeg(proxy.PlayUrl, "udp", Seconds).FinishAsync(Soon);
        AssertVideo(Assert.Single(all), Seconds);

        OutputLine said = Assert.Single(proxy.Process.Lines(), line => line.Text.Contains(name, StringComparison.Ordinal));
        Assert.Contains("404", said.Text, StringComparison.Ordinal);
        camera.AssertReadOnce();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Play_CameraWantsDigest_DecodesAndKeepsThePasswordToItself(bool inUrl)
    {
        CameraProcess camera = await StartCameraAsync("h264", "--user", "viewer", "--password", "s3cr3t-w0rd");
        ProxyProcess proxy = inUrl
            ? await StartServingProxyAsync("-V", camera.Url.Replace("rtsp://", "rtsp://viewer:s3cr3t-w0rd@", StringComparison.Ordinal))
            : await StartServingProxyAsync("-V", "-u", "viewer", "s3cr3t-w0rd", camera.Url);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl, "tcp", Seconds).FinishAsync(Soon);

        AssertVideo(decoded[0], Seconds);
        Assert.DoesNotContain(proxy.Process.Lines(), line => line.Text.Contains("s3cr3t-w0rd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LastClientGone_AfterLinger_CameraIsPausedOrTornDown()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartServingProxyAsync("--linger", "1", camera.Url);
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp");
        await player.WaitForVideoFramesAsync(25, Soon);

        player.Process.Signal(ChildProcess.SigInt);
        _ = await player.Process.WaitForExitAsync(Soon);

        // GStreamer's server lists PAUSE in its Public header.
        await camera.WaitForRequestAsync("PAUSE", Soon);
        await StartFfmpeg(proxy.PlayUrl, "udp", Seconds).FinishAsync(Soon);
        camera.AssertReadOnce();
    }

    [Fact]
    public async Task PlayerKilled_OverTcp_CameraIsPausedOrTornDown()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartServingProxyAsync("--linger", "1", camera.Url);
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp");
        await player.WaitForVideoFramesAsync(25, Soon);

        player.Process.Signal(ChildProcess.SigKill);

        await camera.WaitForRequestAsync("PAUSE", Soon);
    }
}
