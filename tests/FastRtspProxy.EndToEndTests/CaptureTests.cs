using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A capture by the native programs: of other people's servers and ours, and played by other people's players.</summary>
public sealed class CaptureTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const double Seconds = 4;

    [Theory]
    [InlineData("udp", "udp")]
    [InlineData("tcp", "tcp")]
    [InlineData("http", "http")]
    public async Task Replay_OfACaptureWithMedia_PlaysInFfmpegAndRtspsrc(string ffmpeg, string rtspsrc)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        string file = await CaptureAsync(camera.Urls[0], "--with-media");
        SimulatedCamera replay = await StartSimulatorAsync("--replay", file);

        FfmpegPlayer player = StartFfmpeg(replay.Urls[0], ffmpeg);
        await player.WaitForVideoFramesAsync(60, Soon);
        (int frames, int video, _) = await StartRtspsrc(replay.Urls[0], rtspsrc, Seconds).FinishAsync(Soon);

        AssertRtspsrc(frames, video, Seconds);
        File.Delete(file);
    }

    [Fact]
    public async Task Replay_OfACaptureWithoutMedia_IsTakenByFfmpegAndHoldsNoPassword()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac", "--user", "viewer", "--password", "Geheimnis9");
        string file = await CaptureAsync(camera.Url.Replace("rtsp://", "rtsp://viewer:Geheimnis9@", StringComparison.Ordinal));
        SimulatedCamera replay = await StartSimulatorAsync("--replay", file);

        Assert.Contains("://user1:password1@", replay.Urls[0], StringComparison.Ordinal);
        ChildProcess copy = StartProgram(
            "ffmpeg", "/usr/bin/ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", replay.Urls[0], "-t", "2", "-c", "copy", "-f", "null", "-");
        Assert.Equal(0, await copy.WaitForExitAsync(Soon));
        ChildProcess search = StartProgram("zgrep", "/usr/bin/zgrep", "-c", "-e", "Geheimnis9", "-e", "127.0.0.1", "-e", "viewer", file);
        Assert.Equal(1, await search.WaitForExitAsync(Soon)); // nothing was found
        File.Delete(file);
    }

    private async Task<string> CaptureAsync(string url, params string[] options)
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".frpcap");
        ChildProcess capture = StartProgram("capture", Prerequisites.ProxyBinary, ["--capture", file, "--seconds", "20", .. options, url]);
        Assert.Equal(0, await capture.WaitForExitAsync(Soon));
        return file;
    }
}
