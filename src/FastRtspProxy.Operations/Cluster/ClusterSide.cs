using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Cluster.Etcd;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>The parts of a box's cluster, put together; there only where the configuration has one. It begins before the engine, and ends after it.</summary>
internal sealed class ClusterSide : IAsyncDisposable
{
    private readonly PeerWatch _peers;
    private readonly HopGate _gate;

    private ClusterSide(ClusterConfig config, TimeProvider time, ILogger log)
    {
        ClusterSecrets secrets = new(config.Name, config.Secret!);
        Engine = new EtcdOwnership(config, time, log);
        Node = new ClusterNode(config, secrets, Engine, time, log);
        _gate = new HopGate(Node, secrets, time, log);
        _peers = new PeerWatch(Node, new PeerClient(config.Node, secrets, time), time, log);
    }

    /// <inheritdoc cref="ClusterNode"/>
    public ClusterNode Node { get; }

    /// <inheritdoc cref="IOwnership"/>
    public IOwnership Engine { get; }

    /// <summary>Null: there is no cluster.</summary>
    /// <exception cref="ProxyStartException">A certificate cannot be used.</exception>
    public static ClusterSide? Of(ClusterConfig config, TimeProvider time, ILoggerFactory log)
    {
        if (!config.IsOn)
        {
            return null;
        }

        try
        {
            return new ClusterSide(config, time, log.CreateLogger("Cluster"));
        }
        catch (EtcdException e)
        {
            throw new ProxyStartException($"cluster.engine: {e.Message}");
        }
    }

    /// <summary>The engine's options with what it needs to know of the cluster.</summary>
    public ProxyOptions In(ProxyOptions options) => options with { Owners = Node, Hops = _gate };

    /// <summary>Begins to own streams: everything listens.</summary>
    public void Start() => Node.Start();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _peers.DisposeAsync();
        await Node.DisposeAsync();
    }
}
