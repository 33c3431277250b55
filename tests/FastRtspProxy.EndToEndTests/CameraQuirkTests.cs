using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>The simulated camera does what real ones do (docs/quirks.md), and a real player gets its picture by a single try.</summary>
public sealed class CameraQuirkTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("refuse-track=audio:461", "tcp", 75)]
    [InlineData("refuse-track=audio:silent", "udp", 75)]
    [InlineData("slow-answers=7s:PLAY", "tcp", 75)]
    [InlineData("ssrc=per-gop", "udp", 150)]
    [InlineData("keepalive=GET_PARAMETER:8s", "tcp", 450)]
    public async Task Camera_HasAQuirk_ThePictureIsThereAndOneSessionLasts(string fault, string transport, int frames)
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", fault);
        ProxyProcess proxy = await StartServingProxyAsync("-V", camera.Urls[0]);

        // Whoever came before the refusal was told of the sound; ffmpeg writes nothing before it has had each track that it chose.
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, transport, inputOptions: ["-timeout", "40000000", "-allowed_media_types", "video"]);
        await player.WaitForVideoFramesAsync(frames, s_limit);

        player.AssertNoComplaints(TimeSpan.FromSeconds(1.5));
        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains("trying again", StringComparison.Ordinal));
    }

    /// <summary>Reports come over UDP and the pictures do not: after the dead-stream time they are asked for over TCP.</summary>
    [Fact]
    public async Task Camera_OnlyReportsArriveOverUdp_ThePictureComesOverTcp()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", "rtcp-only");
        ProxyProcess proxy = await StartServingProxyAsync("-D", "5", camera.Urls[0]);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "udp", inputOptions: ["-timeout", "40000000"]);
        await player.WaitForVideoFramesAsync(75, s_limit);

        Assert.Contains(proxy.Process.Lines(), static line => line.IsError && line.Text.Contains("TCP", StringComparison.Ordinal));
    }

    /// <summary>An encoder that hangs: sound alone is no picture, and a new session brings it back to the viewer that is there.</summary>
    [Fact]
    public async Task Camera_PicturesStopWhileSoundGoesOn_TheyComeBackToTheSameViewer()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", "video-silent=session@12s");
        ProxyProcess proxy = await StartServingProxyAsync("-t", "-D", "3", camera.Urls[0]);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp", inputOptions: ["-timeout", "40000000"]);
        await player.WaitForVideoFramesAsync(450, s_limit);

        Assert.Contains(proxy.Process.Lines(), static line => line.IsError && line.Text.Contains("track1 (video", StringComparison.Ordinal));
        Assert.False(player.Process.HasExited);
    }
}
