using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>The watch of the other boxes.</summary>
public sealed class PeerWatchTests
{
    /// <summary>It looks at the fence, too: a box whose watch has ended would not say that it has stopped its pictures.</summary>
    [Fact]
    public async Task Run_OneLookFails_TheNextOnesFollow()
    {
        ClusterConfig config = new()
        {
            Name = "site-1",
            Node = "a",
            Advertise = "rtsp://192.0.2.1:8554",
            Secret = new Secret("0123456789abcdef0123456789abcdef"),
        };
        ClusterSecrets secrets = new(config.Name, config.Secret!);
        RecordingLogger log = new();
        await using ClusterNode node = new(config, secrets, new FakeOwnership(), TimeProvider.System, log);
        PeerClient client = new("a", secrets, node.Clock, TimeProvider.System);
        int looks = 0;
        await using PeerWatch watch = new(node, client, TimeProvider.System, log)
        {
            Drains = () => Interlocked.Increment(ref looks) == 1 ? throw new InvalidOperationException("a defect") : false,
        };

        await Until.TrueAsync(() => Volatile.Read(ref looks) > 2);

        Assert.Single(log.Loud, static line => line.Contains("an error of the proxy", StringComparison.Ordinal));
    }
}
