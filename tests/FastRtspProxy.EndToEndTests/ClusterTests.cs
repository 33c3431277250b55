using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// Three boxes with an etcd each, cameras and viewers on hosts of their own (network namespaces, Network/cluster.py; as root, or where users may make namespaces). What takes longer is in perf-scripts/cluster.sh.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Half a minute each on an idle machine.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>Two seconds of lease, what is left of the sweep of etcd, a claim, a camera's answers, a group of 1 s; the rest is for a machine that has other work.</summary>
    [Fact]
    public async Task OwnerKilled_ViewersOfTheOtherBoxesPlayOnAndTheCameraIsReadOnce()
    {
        JsonElement found = await RunAsync("owner_killed");

        Assert.Equal(1, found.GetProperty("boxesAtTheCamera").GetInt32());
        Assert.Equal(0, found.GetProperty("ended").GetInt32());
        Assert.NotEqual(found.GetProperty("owner").GetString(), found.GetProperty("owners").GetProperty("cam1").GetString());
    }

    [Fact]
    public async Task Streams_MadeByTheApiOfOneBox_AreKnownOnAllAndShowNothingInEtcd()
    {
        JsonElement found = await RunAsync("streams");

        Assert.False(found.GetProperty("shownInEtcd").GetBoolean());
    }

    private async Task<JsonElement> RunAsync(string scenario)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("network-cluster-");
        try
        {
            string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
            string script = Path.Combine(AppContext.BaseDirectory, "Network", "cluster.py");
            ChildProcess process = StartProgram(
                "cluster", "/usr/bin/unshare",
                [.. asRoot, "--mount", "--net", Prerequisites.Python, script, Prerequisites.ProxyBinary, Prerequisites.SimulatorBinary, folder.FullName, scenario]);
            OutputLine line = await process.WaitForLineAsync(
                "its figures (needs etcd-server, etcd-client, iproute2, nftables, and the right to make namespaces)", static line => line.Text.StartsWith('{'), s_limit);
            Log.WriteLine(line.Text);
            _ = await process.WaitForExitAsync(Soon); // it ends who still writes into the folder
            using JsonDocument figures = JsonDocument.Parse(line.Text);
            return figures.RootElement.Clone();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
