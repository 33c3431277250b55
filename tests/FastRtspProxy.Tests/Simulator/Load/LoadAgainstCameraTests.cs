using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.Simulator;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Simulator.Load;

/// <summary>The whole command, in process, against the simulated camera, which does one thing wrong, once.</summary>
public sealed class LoadAgainstCameraTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rtspsim-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("http")]
    [InlineData("mix")]
    public async Task Load_ACameraWithoutFaults_Passes(string transport)
    {
        Outcome run = await RunAsync("", "--transport", transport, "--clients", "3", "--max-loss", "0", "--min-clients", "3", "--verify", "--max-p99", "60s");

        Assert.Equal(ExitCode.Passed, run.Code);
        Assert.True(run.Number("accessUnits", "verified") > 10, run.Output);
        Assert.True(run.Number("frameLatency", "count") > 10, run.Output);
        Assert.Equal(0, run.Number("packets", "lost"));
        Assert.Equal(3, run.Number("clients", "playingAtOncePeak"));
    }

    [Theory]
    [InlineData("udp", "loss=#30", "lost")]
    [InlineData("tcp", "loss=#30", "lost")]
    [InlineData("udp", "dup=#30", "duplicated")]
    [InlineData("tcp", "dup=#30", "duplicated")]
    [InlineData("udp", "reorder=#30", "reordered")]
    [InlineData("tcp", "reorder=#30", "reordered")]
    public async Task Load_OnePacketMaltreatedOnce_IsFound(string transport, string fault, string counter)
    {
        Outcome run = await RunAsync(fault, "--transport", transport, "--tracks", "video", "--max-loss", "0", "--verify");

        Assert.Equal(1, run.Number("packets", counter));
        Assert.Equal(counter == "lost" ? ExitCode.Failed : ExitCode.Passed, run.Code);
        Assert.Equal(counter == "lost" ? 1 : 0, run.Number("lossBy", "server"));
        Assert.Equal(0, run.Number("lossBy", "tool"));
    }

    [Theory]
    [InlineData("udp", "corrupt=#30")]
    [InlineData("tcp", "corrupt=#30")]
    [InlineData("udp", "truncate=#30")]
    [InlineData("tcp", "truncate=#30")]
    public async Task Load_OnePacketDamagedOnce_FailsUnderVerify(string transport, string fault)
    {
        Outcome run = await RunAsync(fault, "--transport", transport, "--tracks", "video", "--verify");

        Assert.Equal(1, run.Number("accessUnits", "corrupt") + run.Number("accessUnits", "truncated"));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("corrupt access units", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WithCredentials_AnswersDigest()
    {
        Outcome run = await RunAsync(
            "", camera => camera with { User = "viewer", Password = "p:ss@word", AuthSchemes = [SimulatedCameraAuthScheme.DigestMd5] }, "viewer:p:ss@word@", "--max-loss", "0");

        Assert.Equal(ExitCode.Passed, run.Code);
        Assert.DoesNotContain("ss@word", await File.ReadAllTextAsync(run.JsonFile), StringComparison.Ordinal);
        Assert.DoesNotContain("ss@word", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OverTls_VerifiesEveryAccessUnit()
    {
        Outcome run = await RunAsync(
            "", static camera => camera with { TlsPort = 0 }, "", "--transport", "tcp", "--insecure-tls", "--clients", "3", "--max-loss", "0", "--min-clients", "3", "--verify");

        Assert.Equal(ExitCode.Passed, run.Code);
        Assert.True(run.Number("accessUnits", "verified") > 10, run.Output);
        Assert.Equal(0, run.Number("packets", "lost"));
    }

    [Fact]
    public async Task Load_ACertificateThatNobodyKnows_IsRefusedWithTheRemedy()
    {
        Outcome run = await RunAsync("", static camera => camera with { TlsPort = 0 }, "", "--transport", "tcp", "-d", "60s");

        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("--insecure-tls", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WatchingAProcess_HasItsProcessorTime()
    {
        Outcome run = await RunAsync("", "--watch-pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "-d", "2s");

        Assert.Contains(run.Report.GetProperty("timeline").EnumerateArray(), static point => point.GetProperty("watchedCpuPercent").GetDouble() > 0);
    }

    [Fact]
    public async Task Load_WithoutTheCredentials_SaysSo()
    {
        Outcome run = await RunAsync("", camera => camera with { User = "viewer", Password = "x", AuthSchemes = [SimulatedCameraAuthScheme.DigestMd5] }, "", "--max-loss", "0");

        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("the server wants credentials", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_StoppedAndSlowReaders_AreCountedApart()
    {
        Outcome run = await RunAsync("", "--transport", "tcp", "--clients", "8", "--stopped", "25%", "--slow", "25%", "--max-loss", "0", "--verify");

        Assert.Equal(ExitCode.Passed, run.Code);
        Assert.True(run.Number("handicappedPackets", "received") > 0, run.Output);
        Assert.Equal(8, run.Number("clients", "playingAtOncePeak"));
    }

    [Fact]
    public async Task Load_Churn_ReplacesWhoLeaves()
    {
        Outcome run = await RunAsync("", "--transport", "mix", "--clients", "6", "--churn", "10/s", "--vanish", "50%", "--max-loss", "0", "-d", "3s");

        Assert.Equal(ExitCode.Passed, run.Code);
        Assert.True(run.Number("clients", "started") > 10, run.Output);
        Assert.Equal(0, run.Number("clients", "failed"));
    }

    [Fact]
    public async Task Load_NobodyListens_EndsAtOnceAndReports()
    {
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["load", "--plain", "-d", "60s", "rtsp://127.0.0.1:1/nothing"], output, TextWriter.Null);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("connection refused", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NoSuchStream_NamesTheStatus()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["load", "--plain", "-d", "60s", camera.Url + "-not"], output, TextWriter.Null);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("DESCRIBE: 404", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_TheReportFiles_HoldWhatTheyShould()
    {
        Outcome run = await RunAsync("", "--clients", "2");

        JsonElement report = run.Report;
        Assert.Equal("rtspsim load", report.GetProperty("tool").GetString());
        foreach (string name in (string[])["passed", "criteria", "machine", "settings", "frameLatencyDistribution", "errors", "toolCost", "lossPerClient", "worstClients", "timeline"])
        {
            Assert.True(report.TryGetProperty(name, out _), name);
        }

        Assert.True(report.GetProperty("timeline").GetArrayLength() >= 1);
        Assert.True(report.GetProperty("toolCost").GetProperty("cpuSeconds").GetDouble() > 0);
        string page = await File.ReadAllTextAsync(run.HtmlFile);
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
    }

    private Task<Outcome> RunAsync(string faults, params string[] arguments) => RunAsync(faults, static camera => camera, "", arguments);

    /// <summary>Runs until its clients have had some 150 packets each, however long that takes; for a duration among the arguments.</summary>
    private async Task<Outcome> RunAsync(string faults, Func<SimulatedCameraOptions, SimulatedCameraOptions> change, string credentials, params string[] arguments)
    {
        Assert.True(FaultSchedule.TryParse(faults, out FaultSchedule schedule, out string? error), error);
        // So little that a socket holds seconds of it: on a machine that stands still nothing is lost over UDP.
        SyntheticH264Track video = new(new SyntheticVideo { BitsPerSecond = 200_000, GopFrames = 10 });
        await using CameraFixture camera = await CameraFixture.StartAsync(options => change(options with
        {
            Streams = [new SimulatedCameraStreamOptions("cam", [video, DemoClip.Aac()])],
            Faults = schedule,
            EmbedSei = true,
        }));
        string json = Path.Combine(_folder.FullName, "r.json");
        string html = Path.Combine(_folder.FullName, "r.html");
        using StringWriter output = new();
        string url = (camera.Server.TlsUrls.Count > 0 ? camera.Server.TlsUrls[0] : camera.Url).Replace("rtsp://", "rtsp://" + credentials, StringComparison.Ordinal);

        int clients = Array.IndexOf(arguments, "--clients") is >= 0 and int at ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 1;
        string[] duration = arguments.Contains("-d") ? [] : ["-d", "5m"];
        using CancellationTokenSource stop = new(); // as Ctrl-C
        Task<int> running = SimulatorProgram.CreateRoot(output, output)
            .Parse(["load", "--plain", "--threads", "1", "--json", json, "--html", html, .. arguments, .. duration, url])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        await Until.TrueAsync(() => running.IsCompleted || (duration.Length > 0 && HasEnough(camera.Server.Counters, clients)), 120);
        await stop.CancelAsync();
        int code = await running;
        return new Outcome(code, output.ToString(), json, html, JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement);
    }

    private static bool HasEnough(SimulatedCameraCounters counters, int clients) => counters.SessionsPlaying >= clients && counters.RtpPackets >= 150 * clients;

    private sealed record Outcome(int Code, string Output, string JsonFile, string HtmlFile, JsonElement Report)
    {
        public long Number(string group, string name) => Report.GetProperty(group).GetProperty(name).GetInt64();
    }
}
