using System.Net;
using System.Net.Http.Json;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What docs/install.md and docs/operate.md have people type, as far as it needs no service manager.</summary>
public sealed class OperatorPagesTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private const UnixFileMode ForUsAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("frp-operator-");

    private string ConfigPath => Path.Combine(_root.FullName, "etc/fastrtspproxy/config.yaml");

    [Fact]
    public async Task Install_TheFirstConfiguration_IsGoodWithTheCredentialBesideIt()
    {
        string page = SourceTree.Text("docs/install.md");
        WriteConfig(page.Split("```yaml\n")[1].Split("```")[0]);
        string credential = Path.Combine(Path.GetDirectoryName(ConfigPath)!, "gate");
        await File.WriteAllTextAsync(credential, "the password");
        File.SetUnixFileMode(credential, ForUsAlone);

        await RunAsync(Line(page, "CREDENTIALS_DIRECTORY=").Replace("fastrtspproxy --config", Prerequisites.ProxyBinary + " --config", StringComparison.Ordinal)
            .Replace("/etc/fastrtspproxy", Path.GetDirectoryName(ConfigPath), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Operate_BackUpAndRestore_BringBackWhatTheApiMade()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        string streams = Path.Combine(_root.FullName, "var/lib/fastrtspproxy/streams");
        Directory.CreateDirectory(streams);
        WriteConfig($$"""
            http: {listen: "127.0.0.1:{{port}}"}
            streamsDirectory: {{streams}}
            streams: {gate: {source: "{{camera.Urls[0]}}"} }
            """);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") };
        client.DefaultRequestHeaders.Add("X-Requested-With", "test");

        ProxyProcess first = await StartProxyAsync("--config", ConfigPath);
        HttpResponseMessage made = await client.PutAsJsonAsync("streams/hall%2F2", new { source = camera.Urls[0], password = "geheim", username = "u" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        first.Process.Signal(ChildProcess.SigTerm);
        await first.Process.WaitForExitAsync(Soon);

        string page = SourceTree.Text("docs/operate.md");
        await RunAsync(Here(Line(page, "tar -C / -czf")));
        Directory.Delete(Path.Combine(_root.FullName, "etc"), recursive: true);
        Directory.Delete(Path.Combine(_root.FullName, "var"), recursive: true);
        await RunAsync(Here(Line(page, "tar -C / -xzf")));

        Assert.All(Directory.GetFiles(streams), static file => Assert.Equal(ForUsAlone, File.GetUnixFileMode(file)));
        await StartProxyAsync("--config", ConfigPath);
        Assert.Contains("\"passwordSet\":true", await client.GetStringAsync("streams/hall%2F2"), StringComparison.Ordinal);
    }

    /// <summary>The programs have ended by then.</summary>
    public void Dispose() => _root.Delete(recursive: true);

    private static string Line(string page, string begin) => page.Split('\n').First(line => line.StartsWith(begin, StringComparison.Ordinal)).Split(" # ")[0];

    private string Here(string command) => command.Replace("-C / ", $"-C {_root.FullName} ", StringComparison.Ordinal)
        .Replace("fastrtspproxy-backup.tar.gz", Path.Combine(_root.FullName, "backup.tar.gz"), StringComparison.Ordinal);

    private void WriteConfig(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ConfigPath)!);
        File.WriteAllText(ConfigPath, text);
        File.SetUnixFileMode(ConfigPath, ForUsAlone);
    }

    private async Task RunAsync(string command) => Assert.Equal(0, await StartProgram("command", "/bin/sh", "-c", command).WaitForExitAsync(Soon));
}
