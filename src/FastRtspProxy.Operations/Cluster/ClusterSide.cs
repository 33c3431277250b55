using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Cluster.Etcd;
using FastRtspProxy.Operations.Cluster.Static;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// The parts of a box's cluster, put together; there only where the configuration has one. It begins before the engine, and ends after it.
/// </summary>
internal sealed class ClusterSide : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ClusterSecrets _secrets;
    private readonly PeerWatch _peers;
    private readonly HopGate _gate;
    private readonly EtcdOwnership? _etcd;
    private ClusterStreams? _streams;

    private ClusterSide(ClusterConfig config, X509Certificate2Collection? authorities, TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
        Config = config;
        _secrets = new ClusterSecrets(config.Name, config.Secret!);
        string life = RandomNumberGenerator.GetHexString(32, lowercase: true);
        PeerClient? client = null; // there before the engine begins
        IOwnership engine = config.Engine.Kind == ClusterEngineKind.Etcd
            ? _etcd = new EtcdOwnership(config, life, async box => (await client!.AskAsync(box, StaticOwnership.Answer))?.State.Life, time, log)
            : new StaticOwnership(config, async box => (await client!.AskAsync(box, StaticOwnership.Answer))?.State, time, log);
        Node = new ClusterNode(config, _secrets, engine, time, log) { Life = life };
        client = new PeerClient(config.Node, _secrets, Node.Clock, time);
        Node.Sources.Authorities = client.Authorities = authorities;
        _gate = new HopGate(Node, _secrets, config.Redirect, time, log);
        _peers = new PeerWatch(Node, client, time, log);
    }

    /// <inheritdoc cref="ClusterConfig"/>
    public ClusterConfig Config { get; }

    /// <inheritdoc cref="ClusterNode"/>
    public ClusterNode Node { get; }

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
            return new ClusterSide(config, ClusterAuthorities.Read(config.Ca), time, log.CreateLogger("Cluster"));
        }
        catch (IOException e)
        {
            throw new ProxyStartException($"cluster.ca: {Printable.Line(e.Message)}");
        }
        catch (EtcdException e)
        {
            throw new ProxyStartException($"cluster.engine: {e.Message}");
        }
    }

    /// <summary>The engine's options with what it needs to know of the cluster.</summary>
    public ProxyOptions In(ProxyOptions options) => options with { Owners = Node, Hops = _gate };

    /// <summary>Begins to own streams: everything listens.</summary>
    /// <param name="engine">Drains when it is told to.</param>
    /// <param name="editor">Changes streams here as requests do.</param>
    /// <param name="store">The streams of requests.</param>
    /// <param name="reloader">Knows the configuration that counts.</param>
    public void Start(ProxyEngine engine, StreamEditor editor, StreamStore store, Reloader reloader)
    {
        Node.Written = _secrets.HashOf(reloader.Running.Streams);
        reloader.Reloaded += _ => Node.Written = _secrets.HashOf(reloader.Running.Streams);
        _peers.Drains = () => engine.IsDraining;
        if (_etcd is not null)
        {
            _streams = new ClusterStreams(_secrets, (name, content) => _etcd.PutStreamAsync(name, content), EditAsync, store, _time, _log);
            Node.StreamChanged = _streams.OnChangedThere;
            Node.AllRead = _streams.OnAllRead;
        }

        Node.Start();

        async Task EditAsync(string name, JsonObject? document)
        {
            EditOutcome outcome = await editor.EditAsync(new EditRequest(name, document) { IsWhole = true });
            if (outcome.Problem is { } problem)
            {
                ClusterLog.NotHad(_log, name, problem.Detail ?? (problem.Errors is [{ } first, ..] ? first.Detail : problem.Title));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_streams is not null)
        {
            await _streams.DisposeAsync();
        }

        await _peers.DisposeAsync();
        await Node.DisposeAsync();
    }
}
