using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Captures;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Live;
using FastRtspProxy.Operations.Metrics;
using FastRtspProxy.Operations.Page;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Stats;
using FastRtspProxy.Operations.Streams;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy;

/// <summary>What changes a running proxy and tells of it: reloads, requests of the API, events. With a file or without one.</summary>
internal sealed class ControlSide : IAsyncDisposable
{
    private readonly EventLog _events;
    private readonly HookSenders _hooks;

    private readonly Func<StatsSampler, IReadOnlyList<HttpRoute>> _routes;
    private readonly Func<StatsSampler> _newStats;

    /// <summary>Null: nobody asks by HTTP, until now.</summary>
    private StatsSampler? _stats;

    /// <param name="engine">What runs.</param>
    /// <param name="options">What it was started with.</param>
    /// <param name="source">Reads the file again; null: there is none, and the arguments stay what they are.</param>
    /// <param name="target">The engine, as reloads change it.</param>
    /// <param name="log">Where it is said.</param>
    /// <param name="cluster">Null: there is none.</param>
    public ControlSide(
        ProxyEngine engine, ProgramOptions options, ConfigSource? source, IReloadTarget target, ILoggerFactory log, ClusterSide? cluster = null)
    {
        TimeProvider time = TimeProvider.System;
        LoadedConfig started = new(options.Config, [], null);
        StreamStore store = source?.Streams ?? new StreamStore(OwnAddresses.Contains);
        Func<Task<LoadedConfig>> load = source is null ? () => store.ReadAsync(() => Task.FromResult(started)) : source.LoadAsync;
        if (source is null)
        {
            store.Begin(started);
        }

        Store = store;
        Reloader = new Reloader(options.Config, load, target, time, log.CreateLogger("Configuration")) { Done = store.OnReloadedAsync };
        _events = new EventLog(time, () => Reloader.Running.Log.Addresses);
        _events.Start(engine.Status, Reloader);
        if (cluster is not null)
        {
            cluster.Node.OwnerChanged = (stream, why) =>
                _events.Queue(new EngineEvent(EngineEventKind.StreamOwner, time.GetUtcNow(), stream) { Reason = why });
        }

        _hooks = new HookSenders(time, log.CreateLogger("Hooks"));
        _hooks.Follow(_events);
        ChangeHooks();
        Reloader.Reloaded += _ => ChangeHooks();
        ConfigArguments arguments = source?.Arguments ?? ConfigArguments.None;
        ProgramFacts facts = new(
            ProgramVersion.Text, time.GetUtcNow(), time.GetTimestamp(), source?.File, text => ConfigCheck.Run(text, arguments));
        SharedEngineView view = new(new EngineView(engine), () => Reloader.Running, time);
        engine.Status.Happened += view.OnHappened;
        MetricsSources metrics = new() { Config = () => Reloader.Running.Http.Metrics, Reloads = () => Reloader, Hooks = () => _hooks.Counters };
        metrics = metrics with { Cluster = cluster is null ? null : new ClusterFigures(cluster.Node).ReadAsync };
        _newStats = () => new StatsSampler(view.StreamsAsync, time, log.CreateLogger("Stats"));
        _routes = stats =>
        [
            .. MetricsRoutes.All(engine, metrics),
            .. ApiRoutes.All(
                view, Reloader, store, _events, Log, facts, time, log.CreateLogger("Api"), cluster is null ? null : cluster.Node.OwnerOf),
            .. new ClusterApi(cluster).Routes,
            .. new StatsRoutes(stats).Routes,
            .. new LiveRoutes(engine.Live).Routes,
            .. new CaptureRoutes(engine.CaptureOfAsync, "fastrtspproxy " + ProgramVersion.Text).Routes,
            .. PageRoutes.All(() => Reloader.Running.Http.Dashboard),
        ];
    }

    public Reloader Reloader { get; }

    /// <summary>The streams of requests.</summary>
    public StreamStore Store { get; }

    /// <summary>What the API shows of the log.</summary>
    public LogHistory Log { get; } = new();

    /// <summary>What can be asked for by HTTP; called once, when there is a server first: from then on there are figures of the past.</summary>
    public IReadOnlyList<HttpRoute> BeginRoutes() => _routes(_stats ??= _newStats());

    private void ChangeHooks() => _ = _hooks.ChangeAsync(() => Reloader.Running.Hooks);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stats is not null)
        {
            await _stats.DisposeAsync();
        }

        await _hooks.DisposeAsync();
        await _events.DisposeAsync();
    }
}
