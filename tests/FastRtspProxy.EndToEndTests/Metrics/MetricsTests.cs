using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.TestPeers;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Metrics;

/// <summary>The page of metrics as other people's programs read it.</summary>
public sealed class MetricsTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Fact]
    public async Task Page_OfAWatchedStream_PassesPromtoolAndPrometheusAnswersRates()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        ProxyProcess proxy = await StartProxyAsync("--http", "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture), camera.Urls[0]);
        ChildProcess load = StartProgram(
            "rtspsim load", Prerequisites.SimulatorBinary, "load", proxy.PlayUrl, "-n", "4", "-t", "udp,tcp", "-d", "600s", "--timeout", "60s", "--plain");
        await load.WaitAsync("viewers with media", lines => lines.Any(static line => line.Text.Contains("playing 4 of 4", StringComparison.Ordinal)), Soon);
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync(port, Rules("alerts.yml"));

        string page = await new HttpClient().GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));

        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, page);
        ChildProcess check = StartProgram("promtool", "/bin/sh", "-c", $"/usr/bin/promtool check metrics < {file}");
        int code = await check.WaitForExitAsync(Soon);
        File.Delete(file);
        Assert.True(code == 0, check.Transcript(40));
        await Until.TrueAsync(async () => await ValueAsync(prometheus, "min_over_time(up[5s])") == 1, 60);
        await Until.TrueAsync(async () => await ValueAsync(prometheus, "sum(rate(fastrtspproxy_stream_sent_bytes_total{transport=\"udp\"}[15s]))") > 1000, 60);
        await Until.TrueAsync(async () => await ValueAsync(prometheus, "sum(rate(fastrtspproxy_stream_ingest_packets_total[15s]))") > 1, 60);
        // The last page may have come too late to count.
        await Until.TrueAsync(async () => await ValueAsync(prometheus, "sum(fastrtspproxy_stream_viewers)") == 4, 60);
        Assert.Equal(0, await ValueAsync(prometheus, "count(resets(fastrtspproxy_stream_sent_bytes_total[1m]) > 0) or vector(0)"));
        await Until.TrueAsync(async () => await ValueAsync(prometheus, "count(ALERTS) or vector(0)") == 0, 60);
    }

    [Fact]
    public async Task Alerts_PassPromtoolsTests()
    {
        ChildProcess check = StartProgram("promtool check", "/usr/bin/promtool", "check", "rules", Rules("alerts.yml"));
        Assert.True(await check.WaitForExitAsync(Soon) == 0, check.Transcript(40));
        ChildProcess test = StartProgram("promtool test", "/usr/bin/promtool", "test", "rules", Rules("alerts.test.yml"));
        Assert.True(await test.WaitForExitAsync(Soon) == 0, test.Transcript(40));
    }

    /// <summary>NaN: it gives no series.</summary>
    private static async Task<double> ValueAsync(PrometheusProcess prometheus, string expression) =>
        (await prometheus.AskAsync(expression)) is [var (_, value), ..] ? value : double.NaN;

    private static string Rules(string file) => Path.Combine(SourceTree.Root, "ops", file);
}
