using System.Globalization;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>The native simulator against a server that is not ours, and as camera and crowd around the proxy.</summary>
public sealed class RtspSimTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private static readonly string s_binary = Environment.GetEnvironmentVariable("RTSPSIM_BIN") ?? "";

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Load_AgainstGStreamer_CountsWhatItSends(string transport)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");

        // Somebody plays already: this server aborts (gst_rtsp_media_get_rates) when a second client sets up while the first one's PLAY is under way.
        FfmpegPlayer first = StartFfmpeg(camera.Url, "tcp");
        await first.WaitForVideoFramesAsync(10, Soon);
        JsonElement report = await LoadAsync(0, camera.Url, "-t", transport, "-n", "20", "--ramp", "20", "-d", "6s", "--min-clients", "20");

        // To whoever joins a running stream this server sends the packet that it kept from its own start, and then the live ones: the numbers between are missing.
        // So the loss of the joins counts for nothing here, and after them there must be none.
        JsonElement[] timeline = [.. report.GetProperty("timeline").EnumerateArray()];
        long lostByJoining = timeline.First(static point => point.GetProperty("second").GetDouble() >= 3).GetProperty("lost").GetInt64();
        Assert.Equal(lostByJoining, timeline[^1].GetProperty("lost").GetInt64());

        Assert.Equal(20, Number(report, "clients", "playingAtOncePeak"));
        Assert.Equal(0, Number(report, "clients", "failed"));

        // 25 pictures and about 47 audio packets a second, 20 clients, 5 s.
        Assert.InRange(Number(report, "accessUnits", "frames"), 20 * 4 * 25, 20 * 8 * 25);
        Assert.True(Number(report, "packets", "received") > 20 * 4 * 70);
        Assert.Equal(0, Number(report, "packets", "malformed"));
        Assert.Equal(0, Number(report, "packets", "duplicated"));
        Assert.True(Number(report, "timeToFirstKeyFrame", "count") == 20);
        Assert.Equal(0, Number(report, "frameLatency", "count"));
    }

    [Fact]
    public async Task Load_AgainstGStreamerWithDigest_Plays()
    {
        CameraProcess camera = await StartCameraAsync("h264", "--user", "viewer", "--password", "secret");

        // One by one: GStreamer's server aborts (an assertion in gst_rtsp_media_get_rates) when a client sets up while the first one's PLAY is under way, and answers 503 to one that asks meanwhile.
        JsonElement report = await LoadAsync(
            0, camera.Url.Replace("rtsp://", "rtsp://viewer:secret@", StringComparison.Ordinal), "-t", "udp", "-n", "3", "--ramp", "1", "-d", "4s", "--min-clients", "3");

        Assert.DoesNotContain("secret", report.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_CriterionMissed_Exits1()
    {
        CameraProcess camera = await StartCameraAsync("h264");

        JsonElement report = await LoadAsync(1, camera.Url, "-t", "tcp", "-n", "1", "-d", "2s", "--verify");

        Assert.False(report.GetProperty("passed").GetBoolean());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Load_ThroughTheProxy_EveryAccessUnitIsTheCameras(string transport)
    {
        int port = FreePorts.Next();
        ChildProcess camera = StartProgram("rtspsim camera", Binary(), "camera", "--port", port.ToString(CultureInfo.InvariantCulture));
        OutputLine url = await camera.WaitForLineAsync("the camera's URL", static line => line.Text.StartsWith("rtsp://", StringComparison.Ordinal), Soon);
        ProxyProcess proxy = await StartProxyAsync(url.Text);

        JsonElement report = await LoadAsync(
            0, proxy.PlayUrl, "-t", transport, "-n", "50", "--ramp", "50", "-d", "6s", "--max-loss", "0", "--min-clients", "50", "--verify", "--max-p99", "2s");

        Assert.True(Number(report, "accessUnits", "verified") > 50 * 25 * 3);
        Assert.Equal(0, Number(report, "lossBy", "tool"));
    }

    [Fact]
    public async Task Load_InterruptedByCtrlC_ReportsAllTheSame()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        string file = Path.GetTempFileName();
        ChildProcess load = StartProgram("rtspsim load", Binary(), "load", "-n", "2", "--ramp", "1", "-t", "tcp", "-d", "600s", "--json", file, camera.Url);

        // One after the other: GStreamer's server may leave one of two first PLAYs of a shared camera unanswered on a busy machine.
        await load.WaitForLineAsync("a playing crowd", static line => line.Text.Contains("playing 2 of 2", StringComparison.Ordinal), Soon + Soon);
        load.Signal(ChildProcess.SigInt);

        Assert.Equal(0, await load.WaitForExitAsync(Soon));
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
        File.Delete(file);
        Assert.True(report.GetProperty("interrupted").GetBoolean());
        await WaitUntilAsync("the camera's sessions are closed", () => camera.SessionsOpen == 0);
    }

    [Fact]
    public async Task Probe_AgainstGStreamer_NamesTracksAndOddities()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ChildProcess probe = StartProgram("rtspsim probe", Binary(), "probe", "-d", "4s", camera.Url);

        Assert.Equal(0, await probe.WaitForExitAsync(Soon + Soon));
        string text = string.Join('\n', probe.Lines().Select(static line => line.Text));
        Assert.Contains("GStreamer RTSP server", text, StringComparison.Ordinal);
        Assert.Contains("video H264/90000", text, StringComparison.Ordinal);
        Assert.Contains("audio MPEG4-GENERIC/48000", text, StringComparison.Ordinal);
        Assert.Contains("every 12 frames", text, StringComparison.Ordinal);
        Assert.Contains("ok  S17", text, StringComparison.Ordinal);
    }

    private static string Binary()
    {
        Assert.True(File.Exists(s_binary), $"RTSPSIM_BIN ('{s_binary}') must name the simulator's native binary: run packaging/publish.sh, which prints its path");
        return s_binary;
    }

    private static long Number(JsonElement report, string group, string name) => report.GetProperty(group).GetProperty(name).GetInt64();

    private async Task<JsonElement> LoadAsync(int exitCode, string url, params string[] arguments)
    {
        string file = Path.GetTempFileName();
        ChildProcess load = StartProgram("rtspsim load", Binary(), ["load", "--json", file, .. arguments, url]);

        Assert.Equal(exitCode, await load.WaitForExitAsync(Soon + Soon));
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
        File.Delete(file);
        return report;
    }
}
