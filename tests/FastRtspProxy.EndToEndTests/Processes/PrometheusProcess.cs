using System.Globalization;
using System.Text.Json;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A Prometheus that scrapes one target each second, with the alerts of the repository.</summary>
public sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _client;

    private PrometheusProcess(ChildProcess process, int port, DirectoryInfo directory)
    {
        Process = process;
        _directory = directory;
        _client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")) };
    }

    public ChildProcess Process { get; }

    /// <param name="target">The HTTP port of the proxy.</param>
    /// <param name="rules">A file with alerts.</param>
    public static async Task<PrometheusProcess> StartAsync(int target, string rules)
    {
        int port = FreePorts.Next();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("frp-prometheus-");
        string file = Path.Combine(directory.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            global: {"{"}scrape_interval: 1s, evaluation_interval: 1s{"}"}
            rule_files: ["{rules}"]
            scrape_configs:
              - job_name: proxy
                static_configs: [{"{"}targets: ["127.0.0.1:{target}"]{"}"}]

            """));
        ChildProcess process = ChildProcess.Start(
            "prometheus",
            "/usr/bin/prometheus",
            ["--config.file", file, "--storage.tsdb.path", Path.Combine(directory.FullName, "data"), "--web.listen-address", $"127.0.0.1:{port}", "--log.level", "warn"]);
        PrometheusProcess started = new(process, port, directory);
        try
        {
            // It listens before it answers.
            await TestPeers.Until.TrueAsync(async () => process.HasExited || await started.IsReadyAsync());
            Assert.False(process.HasExited, process.Transcript(40));
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }

        return started;
    }

    /// <summary>What an expression gives now: each series' labels, as JSON, with its number.</summary>
    public async Task<IReadOnlyList<(JsonElement Labels, double Value)>> AskAsync(string expression)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri("api/v1/query?query=" + Uri.EscapeDataString(expression), UriKind.Relative));
        JsonElement data = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("success", data.GetProperty("status").GetString());
        return
        [
            .. data.GetProperty("data").GetProperty("result").EnumerateArray().Select(static one =>
                (one.GetProperty("metric"), double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Process.DisposeAsync();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri("-/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
