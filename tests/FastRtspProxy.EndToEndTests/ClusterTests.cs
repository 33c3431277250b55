using System.Text.Json;
using FastRtspProxy.EndToEndTests.Network;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// Three boxes with an etcd each, cameras and viewers on hosts of their own (network namespaces, Network/cluster.py; as root, or where users may make namespaces). What takes longer is in perf-scripts/cluster.sh.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper log) : NamespaceTest(log)
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

    private Task<JsonElement> RunAsync(string scenario) =>
        RunInNamespacesAsync("cluster.py", "etcd-server, etcd-client, iproute2, nftables", s_limit, scenario);
}
