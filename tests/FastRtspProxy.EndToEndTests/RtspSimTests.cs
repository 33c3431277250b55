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
        CameraProcess camera = await StartCameraAsync("h264,aac", "--unshared");

        JsonElement report = await LoadAsync(0, camera.Url, "-t", transport, "-n", "6", "--ramp", "3", "-d", "15s", "--min-clients", "6");

        Assert.Equal(6, Number(report, "clients", "playingAtOncePeak"));
        Assert.Equal(0, Number(report, "clients", "failed"));

        // 25 pictures and about 47 audio packets a second, 6 clients, 15 s and what they take to begin, or stand still: each has an encoder there, so a full machine has few of both.
        Assert.InRange(Number(report, "accessUnits", "frames"), 6 * 25, 6 * 30 * 25);
        Assert.True(Number(report, "packets", "received") > 2 * Number(report, "accessUnits", "frames"));
        Assert.Equal(0, Number(report, "packets", "lost"));
        Assert.Equal(0, Number(report, "packets", "malformed"));
        Assert.Equal(0, Number(report, "packets", "duplicated"));
        Assert.Equal(6, Number(report, "timeToFirstKeyFrame", "count"));
        Assert.Equal(0, Number(report, "frameLatency", "count"));
    }

    [Fact]
    public async Task Load_AgainstGStreamerWithDigest_Plays()
    {
        CameraProcess camera = await StartCameraAsync("h264", "--unshared", "--user", "viewer", "--password", "secret");

        JsonElement report = await LoadAsync(
            0, camera.Url.Replace("rtsp://", "rtsp://viewer:secret@", StringComparison.Ordinal), "-t", "udp", "-n", "3", "--ramp", "1", "-d", "12s", "--min-clients", "3");

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
            0, proxy.PlayUrl, "-t", transport, "-n", "50", "--ramp", "50", "-d", "15s", "--max-loss", "0", "--min-clients", "50", "--verify", "--max-p99", "20s");

        Assert.True(Number(report, "accessUnits", "verified") > 50 * 25);
        Assert.Equal(0, Number(report, "lossBy", "tool"));
    }

    [Fact]
    public async Task Load_InterruptedByCtrlC_ReportsAllTheSame()
    {
        // A pipeline for each: GStreamer's server may answer one of two first DESCRIBEs of a shared camera with 503 on a busy machine, or leave one of two first PLAYs unanswered.
        CameraProcess camera = await StartCameraAsync("h264", "--unshared");
        string file = Path.GetTempFileName();
        ChildProcess load = StartProgram("rtspsim load", Binary(), "load", "-n", "2", "--ramp", "1", "-t", "tcp", "-d", "600s", "--timeout", "60s", "--json", file, camera.Url);

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
        ChildProcess probe = StartProgram("rtspsim probe", Binary(), "probe", "-d", "20s", "--timeout", "60s", camera.Url); // two key frames come in one second; a busy machine encodes none for some

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
        ChildProcess load = StartProgram("rtspsim load", Binary(), ["load", "--json", file, "--timeout", "60s", .. arguments, url]);

        Assert.Equal(exitCode, await load.WaitForExitAsync(Soon + Soon));
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
        File.Delete(file);
        return report;
    }
}
