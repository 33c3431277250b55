using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>GStreamer's RTSP server with encrypted media (SRTP, keys by MIKEY), served in the clear.</summary>
public sealed class SrtpTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const double Seconds = 3;

    [Theory]
    [InlineData("savp", "udp")]
    [InlineData("savpf", "tcp")]
    public async Task Play_CameraEncrypts_FfmpegDecodesEveryTrackInTheClear(string profile, string way)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac", "--srtp", profile, "--protocols", way);
        ProxyProcess proxy = await StartServingProxyAsync(["-V", .. way == "tcp" ? (string[])["-t"] : [], camera.Url]); // a SETUP that is refused would count as a session

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl, "tcp", Seconds).FinishAsync(Soon);

        AssertVideo(decoded[0], Seconds);
        AssertAudio(decoded[1], Seconds);
        camera.AssertReadOnce();

        // The whole dialogue is in the log, and no key.
        string[] lines = [.. proxy.Process.Lines().Where(static line => line.IsError).Select(static line => line.Text)];
        Assert.Contains(lines, static line => line.Contains("AES_CM_128_HMAC_SHA1_80, keys by MIKEY", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("key-mgmt ***", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("KeyMgmt ***", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("its keys go over a connection that anybody on the way can read", StringComparison.Ordinal));
    }

    /// <summary>Another process has other keys, other sources and other numbers.</summary>
    [Fact]
    public async Task Camera_RestartsWithOtherKeys_FfmpegPlaysOn()
    {
        int port = FreePorts.Next();
        CameraProcess camera = await StartCameraAtAsync(port, "h264", "--srtp", "savp");
        ProxyProcess proxy = await StartServingProxyAsync("--hold", "180", camera.Url); // a busy machine needs more than the 30 s that nobody says to start the next one
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp", null, "-timeout", "60000000");
        await player.WaitForVideoFramesAsync(25, Soon);

        camera.Process.Signal(ChildProcess.SigKill);
        _ = await camera.Process.WaitForExitAsync(Soon);
        CameraProcess returned = await StartCameraAtAsync(port, "h264", "--srtp", "savp");
        await returned.WaitForRequestAsync("PLAY", Soon);
        int framesBefore = player.VideoFrames;
        await player.WaitForVideoFramesAsync(framesBefore + 50, Soon);

        Assert.False(player.Process.HasExited);
    }

    [Fact]
    public async Task Camera_EncryptsWithOtherKeysThanItSays_TheLogSaysSoAndItIsTriedAgain()
    {
        CameraProcess camera = await StartCameraAsync("h264", "--srtp", "savp", "--wrong-keys");
        ProxyProcess proxy = await StartProxyAsync("--always-on", camera.Url);
        await proxy.Process.WaitForLineAsync(
            "the reason",
            static line => line.IsError && line.Text.Contains("with other keys than its description names", StringComparison.Ordinal)
                && line.Text.Contains("trying again in", StringComparison.Ordinal),
            Soon);
    }
}
