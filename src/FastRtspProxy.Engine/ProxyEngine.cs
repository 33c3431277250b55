using System.Net.Security;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine;

/// <summary>The proxy: shards, mounts and the front-end, started and stopped as one.</summary>
public sealed class ProxyEngine : IAsyncDisposable
{
    /// <summary>The default budget is a quarter of the machine's memory, and never more than this.</summary>
    private const long MemoryBytesMax = 2L << 30;

    /// <summary>What was not needed for so long goes back to the system.</summary>
    private static readonly TimeSpan s_trimPause = TimeSpan.FromMinutes(1);

    /// <summary>A collection stops the event loops: one after a crowd of cameras, and not each time that dead ones were tried again.</summary>
    private static readonly TimeSpan s_collectPause = TimeSpan.FromHours(1);

    private readonly ShardGroup _shards;
    private readonly SlabPool _pool;

    /// <summary>Gives back what no busy minute needed; on the thread pool.</summary>
    private readonly ITimer _trim;
    private readonly MountFactory _factory;
    private readonly MountDirectory _mounts;
    private readonly FrontendServer _frontend;
    private readonly ILogger _log;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;

    /// <summary>When memory was collected last; null: never.</summary>
    private long? _collected;
    private bool _disposed;

    /// <summary>Written by whoever reloads, one at a time; null: nobody speaks TLS with viewers, nor by HTTP.</summary>
    private volatile ServerCertificates? _certificates;

    /// <summary>The last ones that there were: a handshake that began before they went ends with them.</summary>
    private volatile ServerCertificates? _shown;

    /// <summary>Set once, before the front-end drains for good.</summary>
    private volatile bool _isEnding;

    private ProxyEngine(ProxyOptions options, ServerCertificates? certificates, ILoggerFactory loggerFactory, TimeProvider time)
    {
        _certificates = _shown = certificates;
        _loggers = loggerFactory;
        _time = time;
        long descriptors = SocketSetup.RaiseDescriptorLimit();
        MemoryBytes = options.MemoryBytes > 0 ? options.MemoryBytes : DefaultMemoryBytes();
        InputBudget input = new(InputBudget.LimitFor(MemoryBytes));
        _log = loggerFactory.CreateLogger("Engine");
        _shards = ShardGroup.Start(options.Threads, time, loggerFactory, options.Coalesce);
        _pool = new SlabPool(Math.Max(MemoryBytes - input.LimitBytes, MemoryBytes / 2));
        EngineEvents events = new(time);
        StreamLedger ledger = new();
        _mounts = new MountDirectory
        {
            Added = mount =>
            {
                ledger.OnAdded(mount, _mounts!);
                _factory!.Groups.Set(mount.Name, mount.Multicast);
                events.Tell(EngineEventKind.StreamAdded, mount.Name);
            },
            Removed = mount =>
            {
                ledger.OnRemoved(mount);
                _factory!.Groups.Remove(mount.Name);
                events.Tell(EngineEventKind.StreamRemoved, mount.Name);
                _frontend!.OnMountRemoved(mount); // nobody removes one before the engine is whole
            },
        };
        _factory = new MountFactory(options, _shards, _pool, loggerFactory, events);
        Streams = new StreamControl(options, _mounts, _factory, OwnPlace, loggerFactory);
        MountRegistry registry = new(_mounts, _factory, (url, name) => StreamRegistered?.Invoke(url, name));
        _frontend = new FrontendServer(options, _shards, Streams.Directory, loggerFactory, registry, input, descriptors, CertificateFor)
        {
            Events = events,
            Groups = _factory.Groups,
        };
        Streams.EndRegistered = registry.EndAsync;
        Streams.Changed = OnStreams;
        Status = new EngineStatus(_mounts, _frontend, events);
        _trim = time.CreateTimer(static engine => ((ProxyEngine)engine!).Trim(), this, s_trimPause, s_trimPause);
        Counters = new EngineCounters(ledger, _frontend, _shards, _pool, time, MemoryBytes);
        Streams.WildcardRemoved = ledger.Forget;
    }

    /// <summary>Once a minute, on the thread pool.</summary>
    private void Trim()
    {
        _pool.GiveBackUnused();
        if (_factory.TakeCrowdIsOver() && !(_collected is { } at && _time.GetElapsedTime(at) < s_collectPause))
        {
            _collected = _time.GetTimestamp();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    /// <summary>Binds and starts to listen; back-ends are contacted in the background.</summary>
    /// <exception cref="ProxyStartException">No RTSP port could be bound, or the like; the message names the input and the remedy.</exception>
    public static async Task<ProxyEngine> StartAsync(ProxyOptions options, ILoggerFactory loggerFactory, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        if (options.FrontendDscp is < 0 or > StreamRules.DscpMax)
        {
            throw new ProxyStartException($"The DSCP for viewers is {options.FrontendDscp}; it must be 0 to {StreamRules.DscpMax}.");
        }

        IEnumerable<string> streams = StreamRules.Check(options.Streams).Select(static problem => problem.Text);
        Refuse([.. streams, .. options.AccessInForce.Defects(), .. options.Limits.Problems]);

        time ??= TimeProvider.System;
        ServerCertificates? certificates = await LoadCertificatesAsync(options, loggerFactory, time);
        ProxyEngine engine;
        try
        {
            engine = new ProxyEngine(options, certificates, loggerFactory, time);
        }
        catch (MachineException cause)
        {
            certificates?.Dispose();
            throw new ProxyStartException(cause.Message);
        }

        try
        {
            List<Mount> mounts = engine.Begin(options.Streams);
            await engine._frontend.StartAsync();

            // Once more by the rules of a later change: which port is ours, and so which camera, is known by now.
            Refuse([.. engine.Streams.Validate(options.Streams).Select(static problem => problem.Text)]);
            engine.SayLimits(options);
            foreach (Mount mount in mounts)
            {
                mount.Start();
            }

            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>The RTSP port in use.</summary>
    public int RtspPort => _frontend.Listeners.RtspPort;

    /// <summary>The port of rtsps, or 0.</summary>
    public int RtspsPort => _frontend.Listeners.RtspsPort;

    /// <summary>The HTTP tunnel's port, or 0.</summary>
    public int TunnelPort => _frontend.Listeners.TunnelPort;

    /// <summary>What viewers are shown that come by TLS; null: nobody speaks it with them.</summary>
    internal ServerCertificates? Certificates => _certificates;

    /// <summary>What a handshake is done with, by the name that the client asked for.</summary>
    internal SslServerAuthenticationOptions CertificateFor(string? serverName) =>
        (_shown ?? throw new InvalidOperationException("Nobody comes by TLS where there are no certificates.")).OptionsFor(serverName);

    /// <summary>True where IPv4 (IPv6) clients can connect.</summary>
    public bool ListensOnIPv4 => _frontend.Listeners.ListensOnIPv4;

    /// <inheritdoc cref="ListensOnIPv4"/>
    public bool ListensOnIPv6 => _frontend.Listeners.ListensOnIPv6;

    /// <summary>The streams, which can be added, removed and changed.</summary>
    public StreamControl Streams { get; }

    /// <inheritdoc cref="OutsideLogIns"/>
    internal OutsideLogIns LogIns => new(_frontend);

    /// <summary>Ends well when each shard has had a turn: none of them hangs. Any thread but a shard's.</summary>
    public Task TakeTurnsAsync() => Task.WhenAll(_shards.Shards.Select(static shard => shard.RunAsync(static () => Task.CompletedTask)));

    /// <inheritdoc cref="EngineStatus"/>
    public EngineStatus Status { get; }

    /// <inheritdoc cref="EngineCounters"/>
    internal EngineCounters Counters { get; }

    /// <inheritdoc cref="LiveDoor"/>
    internal LiveDoor Live => _frontend.Live;

    /// <summary>The limits of viewers as they are.</summary>
    public ViewerLimits Limits => _frontend.Limits.Now;

    /// <summary>The budget of rings, parked sends and catch-up, in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>Sessions of viewers at this moment.</summary>
    public int Viewers => _frontend.Limits.Clients;

    /// <summary>From now on, and until the end, newcomers are told 503; those who watch, watch on. Any thread.</summary>
    public void BeginDrain()
    {
        _isEnding = true;
        _frontend.IsDraining = true;
    }

    /// <summary>Newcomers are told 503 from now on, or no more; where the end has begun they are told so whatever is said here. Any thread.</summary>
    public void Drain(bool drains)
    {
        bool was = _frontend.IsDraining;
        _frontend.IsDraining = drains || _isEnding;
        if (was == _frontend.IsDraining)
        {
            return;
        }

        if (was)
        {
            EngineLog.DrainsNoMore(_log);
        }
        else
        {
            EngineLog.Drains(_log, Viewers);
        }
    }

    /// <summary>Newcomers are told 503.</summary>
    public bool IsDraining => _frontend.IsDraining;

    /// <summary>
    /// What viewers are told of a stream, in SDP; null: there is none of that name, or its camera has not been described. Nothing is asked of the
    /// camera. Any thread.
    /// </summary>
    public async Task<byte[]?> DescriptionAsync(string stream) =>
        Streams.Directory.Find(stream) is Mount mount && await mount.KnownDescriptionAsync() is { } description ? description.Sdp : null;

    /// <summary>A capture of a stream's camera, to be run; null: there is no such stream. Any thread.</summary>
    internal async Task<CameraCapture?> CaptureOfAsync(string stream) =>
        Streams.Directory.Find(stream) is Mount mount ? new CameraCapture(await mount.CameraAsync(), mount.Shard, _log) : null;

    /// <summary>Raised when a stream was REGISTERed: its redacted back-end URL and its mount name. On a shard's thread.</summary>
    public event Action<string, string>? StreamRegistered;

    /// <summary>
    /// Puts other rules in force while everything goes on: requests are judged by them from now on, and sessions that they do not let in any more end
    /// with a BYE. All others notice nothing. Any thread.
    /// </summary>
    /// <exception cref="ArgumentException">They have a defect (<see cref="AccessRules.Defects"/>); the old ones stay in force.</exception>
    public void ChangeAccess(AccessRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Defects() is { Count: > 0 } defects)
        {
            throw new ArgumentException(string.Join('\n', defects), nameof(rules));
        }

        _frontend.ChangeAccess(rules);
    }

    /// <summary>Other limits of viewers from now on: whoever is there stays, and the next one meets them. Any thread.</summary>
    /// <exception cref="ArgumentException">They cannot be had; the message says why, and nothing was changed.</exception>
    public void ChangeLimits(ViewerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.Problems is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(limits));
        }

        _factory.Egress.Limits = limits.Egress;
        _frontend.Limits.Change(limits);
    }

    /// <summary>
    /// What streams have that register from now on: how they are pulled and served, with which credentials, marks and way. Those that are there keep
    /// what they have. Any thread.
    /// </summary>
    public void ChangeRegistered(ProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _factory.Registered = options;
        _frontend.Registration = RegisterRules.Of(options);
        _frontend.Descriptors.OnRegistered(options);
    }

    /// <summary>
    /// Other rules of RTSP over WebSocket from now on; null: none is taken. Those that they would not let in are closed within a second or so. Any
    /// thread.
    /// </summary>
    public void ChangeWebSocket(WebSocketRules? options) => _frontend.WebSocket = options;

    /// <summary>As <see cref="StreamControl.Validate"/>, for the streams and the ports of rtsps that are to be.</summary>
    internal IReadOnlyList<StreamProblem> Validate(ProxyOptions next)
    {
        // Those behind the one that we have are not looked at.
        int[] ports = [.. next.RtspsPorts.Take(1 + Math.Max(0, next.RtspsPorts.ToList().IndexOf(RtspsPort)))];
        return Streams.Validate(next.Streams, OwnPlace() with { TlsPorts = ports });
    }

    /// <summary>
    /// Opens another port for rtsps, where other ports are wanted, and reads the certificates where there were none: the change is made, or given
    /// back, by whoever holds it.
    /// </summary>
    /// <exception cref="ProxyStartException">The port or the certificates cannot be had; nothing was changed.</exception>
    internal async Task<SecureSideChange> PrepareSecureAsync(ProxyOptions options)
    {
        bool isNeeded = options.RtspsPorts.Count > 0 || options.NeedsCertificates;
        ServerCertificates? next = _certificates is { } known ? (isNeeded ? known : null)
            : await LoadCertificatesAsync(options, _loggers, _time);
        try
        {
            return new SecureSideChange(_frontend.Listeners.PrepareSecure(options.RtspsPorts), next, _certificates, Put);
        }
        catch
        {
            if (!ReferenceEquals(next, _certificates))
            {
                next?.Dispose();
            }

            throw;
        }

        void Put()
        {
            ServerCertificates? old = _certificates;
            _shown = next ?? _shown;
            _certificates = next;
            _frontend.Descriptors.Keep(options.KeptDescriptors);
            if (!ReferenceEquals(old, next))
            {
                old?.Dispose();
            }
        }
    }

    /// <summary>BYE to clients, TEARDOWN to cameras, everything closed. Bounded: a second and a half.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Task removed = await Streams.CloseAsync();

        // Clients first: their BYE must not wait for a camera that does not answer its TEARDOWN. Both run side by side.
        Task clients = _frontend.DisposeAsync().AsTask();
        await Task.WhenAll(_mounts.Mounts.Select(m => m.StopAsync(MountEnd.Stopping)));
        await Task.WhenAll(clients, removed);
        _factory.Dispose();
        _certificates?.Dispose();
        _shards.Dispose();
        _trim.Dispose();
        ((IDisposable)_pool).Dispose();
    }

    /// <summary>An engine that runs where others are started may have sockets that wait already: files are read off their thread.</summary>
    private static async Task<ServerCertificates?> LoadCertificatesAsync(ProxyOptions options, ILoggerFactory loggerFactory, TimeProvider time)
    {
        if (options.RtspsPorts.Count == 0 && !options.NeedsCertificates)
        {
            return null;
        }

        if (options.Certificates.Count == 0)
        {
            throw new ProxyStartException("Viewers can come by TLS (rtsps) only where there is a certificate: name one (--certificate FILE).");
        }

        ILogger log = loggerFactory.CreateLogger("Certificates");
        try
        {
            return await Outbound.RunAsync(
                () => Task.FromResult(ServerCertificates.Load(options.Certificates, options.TlsProtocols, time, log)));
        }
        catch (CertificateException cause)
        {
            throw new ProxyStartException($"rtsps: {cause.Message}");
        }
    }

    private void SayLimits(ProxyOptions options)
    {
        DescriptorBudget descriptors = _frontend.Descriptors.Now;
        long memoryMiB = MemoryBytes >> 20;
        long inputMiB = _frontend.Input.LimitBytes >> 20;
        EngineLog.Limits(_log, descriptors.Limit, descriptors.ForCameras, _frontend.Limits.ConnectionPlaces.Max, memoryMiB, inputMiB);
        if (descriptors.IsShort)
        {
            EngineLog.FewDescriptors(_log, descriptors.Limit, descriptors.Streams, descriptors.Connections);
        }
    }

    /// <summary>Streams have come, gone or changed: cameras' descriptors are theirs, whenever they come.</summary>
    private void OnStreams(IReadOnlyList<StreamOptions> streams)
    {
        bool wasShort = _frontend.Descriptors.Now.IsShort;
        _frontend.Descriptors.OnStreams(streams);
        if (_frontend.Descriptors.Now is { IsShort: true } now && !wasShort)
        {
            EngineLog.FewDescriptors(_log, now.Limit, now.Streams, now.Connections);
        }
    }

    private List<Mount> Begin(IReadOnlyList<StreamOptions> streams)
    {
        try
        {
            return Streams.Begin(streams);
        }
        catch (StreamException cause)
        {
            throw new ProxyStartException(cause.Message);
        }
    }

    private OwnPlace OwnPlace()
    {
        FrontendListeners at = _frontend.Listeners;
        return new OwnPlace(_frontend.Options.BindAddress, [.. ((int[])[at.RtspPort, at.TunnelPort]).Where(static port => port > 0)])
        {
            TlsPorts = at.RtspsPort > 0 ? [at.RtspsPort] : [],
        };
    }

    /// <summary>What cannot be had at a reload cannot be had at the start either: it would keep every later change from being taken.</summary>
    private static void Refuse(IReadOnlyCollection<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new ProxyStartException(string.Join('\n', problems));
        }
    }

    private static long DefaultMemoryBytes() => Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MemoryBytesMax);
}
