using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A camera that dies and returns on the same port: its players play on.</summary>
public sealed class LostCameraTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Longer than GStreamer's server needs to start on a busy machine, which is more than the 30 s that nobody says.</summary>
    private const string HoldSeconds = "180";

    private static readonly TimeSpan s_returnLimit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Camera_DiesAndReturns_FfmpegPlaysOn(string transport)
    {
        int port = FreePorts.Next();
        CameraProcess camera = await StartCameraAtAsync(port, "h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync("--hold", HoldSeconds, camera.Url);
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, transport, null, "-timeout", "60000000");
        await player.WaitForVideoFramesAsync(50, Soon);

        camera.Process.Signal(ChildProcess.SigKill);
        _ = await camera.Process.WaitForExitAsync(Soon);
        await proxy.Process.WaitForLineAsync("the loss", IsLoss, Soon);
        CameraProcess returned = await StartCameraAtAsync(port, "h264,aac");
        await returned.WaitForRequestAsync("PLAY", s_returnLimit);
        int framesBefore = player.VideoFrames;
        await player.WaitForVideoFramesAsync(framesBefore + 75, Soon);

        Assert.False(player.Process.HasExited);
        returned.AssertReadOnce();
        Assert.True(player.Decoded()[0].TimestampsRise, "time stamps went back when the camera returned");

        static bool IsLoss(OutputLine line) =>
            line.IsError && line.Text.Contains("127.0.0.1", StringComparison.Ordinal) && line.Text.Contains("; trying again in ", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Camera_DiesAndReturns_SequenceNumbersGoOnAndNoByeIsSent()
    {
        int port = FreePorts.Next();
        CameraProcess camera = await StartCameraAtAsync(port, "h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync("--hold", HoldSeconds, camera.Url);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks.All(track => track.Packets > 50));

        await camera.DisposeAsync();
        Assert.Equal(200, (await player.RequestAsync("GET_PARAMETER", player.Url)).Status);
        CameraProcess returned = await StartCameraAtAsync(port, "h264,aac");
        await returned.WaitForRequestAsync("PLAY", s_returnLimit);
        long[] before = [.. player.Tracks.Select(track => track.Packets)];
        await WaitUntilAsync("media again", () => player.Tracks.Select((track, i) => track.Packets > before[i] + 50).All(more => more));

        // The mount's own time line: one SSRC, numbers without a jump (RFC 2326 appendix B).
        Assert.All(player.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
        Assert.All(player.Tracks, track => Assert.False(track.SawBye));
    }

    [Fact]
    public async Task Camera_GoneForLongerThanTheHold_ByeAndTheSessionIsGone()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartServingProxyAsync("--hold", "2", camera.Url);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks[0].Packets > 25);

        await camera.DisposeAsync();
        await WaitUntilAsync("a BYE", () => player.Tracks[0].SawBye);

        Assert.Equal(454, (await player.RequestAsync("GET_PARAMETER", player.Url)).Status);
    }
}
