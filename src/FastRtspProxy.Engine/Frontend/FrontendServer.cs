using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The proxy as a server: listens, hands connections to shards, and knows the limits over all of them.</summary>
internal sealed class FrontendServer : IAsyncDisposable
{
    private const long OverBudgetLogMicros = 60_000_000;

    private readonly ShardGroup _shards;
    private readonly FrontendShard[] _homes;
    private readonly TlsEntrance _tls;

    private readonly RulesInForce _rules;

    private long _saidOverBudgetMicros = -OverBudgetLogMicros - 1;

    /// <summary>
    /// Set once, before each shard is told to stop; pairs with the look in Serve, on the shard. A connection that a shard took before that message is
    /// closed by the message; one that it takes afterwards sees this and is closed there.
    /// </summary>
    private volatile bool _stopping;
    private volatile bool _draining;
    private RegisterRules _registration = new();
    private WebSocketRules? _webSocket;

    public FrontendServer(
        ProxyOptions options,
        ShardGroup shards,
        IMountDirectory mounts,
        ILoggerFactory loggerFactory,
        IStreamRegistry? registry = null,
        InputBudget? input = null,
        long descriptorLimit = 0,
        Func<string?, SslServerAuthenticationOptions>? certificates = null)
    {
        Options = options;
        Registration = RegisterRules.Of(options);
        _webSocket = options.WebSocket;
        Mounts = mounts;
        Registry = registry;
        Log = loggerFactory.CreateLogger("FrontendServer");
        Limits = new ClientLimits(options.Limits);
        Descriptors = new DescriptorShares(descriptorLimit, options, Limits.ConnectionPlaces);
        Guesses = new GuessGate(shards.Shards[0], mounts, Counters, Log);
        Refusals = new RefusalLog(Log, Limits);
        AccessRefusals = new AccessRefusals(shards.Shards[0], Log);
        Requests = new RequestHandler(this);
        Input = input ?? new InputBudget(InputBudget.LimitFor(options.MemoryBytes));
        _shards = shards;
        Listeners = new FrontendListeners(options, Log);
        _tls = new TlsEntrance(this, certificates ?? NoCertificates, shards.Shards[0].Time);
        _rules = new RulesInForce(options.AccessInForce, shards.Shards[0].Time, ExternalSeconds);
        Door = new FrontDoor(this, shards.Shards[0]);
        Live = new LiveDoor(this);
        ViewerGroups = new ViewerGroups(this);
        _homes = new FrontendShard[Math.Min(shards.Shards.Count, SessionId.ShardsMax)];
        for (int i = 0; i < _homes.Length; i++)
        {
            _homes[i] = new FrontendShard(this, shards.Shards[i]);
        }
    }

    public ProxyOptions Options { get; }

    public IMountDirectory Mounts { get; }

    public ILogger Log { get; }

    public ClientLimits Limits { get; }

    /// <inheritdoc cref="RefusalLog"/>
    public RefusalLog Refusals { get; }

    /// <inheritdoc cref="EngineEvents"/>
    public EngineEvents Events { get; init; } = new(TimeProvider.System);

    /// <inheritdoc cref="Frontend.AccessRefusals"/>
    public AccessRefusals AccessRefusals { get; }

    /// <inheritdoc cref="FrontDoor"/>
    public FrontDoor Door { get; }

    /// <inheritdoc cref="LiveDoor"/>
    public LiveDoor Live { get; }

    /// <inheritdoc cref="GroupPool"/>
    public GroupPool Groups { get; init; } = new();

    /// <inheritdoc cref="Frontend.ViewerGroups"/>
    public ViewerGroups ViewerGroups { get; }

    /// <summary>The rules in force. Any thread.</summary>
    public AccessState Access => _rules.Now;

    /// <inheritdoc cref="DescriptorShares"/>
    public DescriptorShares Descriptors { get; }

    public FrontendCounters Counters { get; } = new();

    /// <summary>How long the external decision took to answer.</summary>
    public DurationHistogram ExternalSeconds { get; } = new(
        5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000);

    /// <inheritdoc cref="InputBudget"/>
    public InputBudget Input { get; }

    /// <summary>True from the beginning of a stop.</summary>
    public bool IsStopping => _stopping;

    /// <summary>
    /// True while no new viewer is let in, because the process is about to end; those that are there play on. Set by any thread, read by the shards:
    /// a request sees it or is from before.
    /// </summary>
    public bool IsDraining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>The wall clock.</summary>
    public DateTimeOffset UtcNow => _shards.Shards[0].UtcNow;

    public RequestHandler Requests { get; }

    /// <inheritdoc cref="GuessGate"/>
    public GuessGate Guesses { get; }

    public TunnelDirectory Tunnels { get; } = new();

    /// <inheritdoc cref="Frontend.UdpAddresses"/>
    public UdpAddresses UdpAddresses { get; } = new();

    /// <summary>Who may REGISTER what. Any thread; replaced as a whole.</summary>
    public RegisterRules Registration
    {
        get => Volatile.Read(ref _registration);
        set => Volatile.Write(ref _registration, value);
    }

    /// <summary>Who may speak RTSP over WebSocket; null: nobody. Any thread; replaced as a whole.</summary>
    public WebSocketRules? WebSocket
    {
        get => Volatile.Read(ref _webSocket);
        set => Volatile.Write(ref _webSocket, value);
    }

    /// <summary>Takes REGISTERed streams in; null: there is none, and REGISTER is refused.</summary>
    public IStreamRegistry? Registry { get; }

    /// <summary>Looks up the names that REGISTERs bring; a test has one of its own.</summary>
    public NameLookup RegistrantNames { get; init; } = NameLookup.Registrants;

    /// <inheritdoc cref="FrontendListeners"/>
    public FrontendListeners Listeners { get; }

    /// <summary>All shards that viewers may be on.</summary>
    public IReadOnlyList<FrontendShard> Homes => _homes;

    /// <summary>The shard of that index, null when there is none: an id of another process.</summary>
    public FrontendShard? ShardAt(int index) => (uint)index < (uint)_homes.Length ? _homes[index] : null;

    /// <summary>
    /// Puts other rules in force: for every request that is judged from now on, and for the sessions that the rules do not let in any more, which
    /// end. Any thread.
    /// </summary>
    public void ChangeAccess(AccessRules rules) =>
        _rules.Change(rules, () => Array.ForEach(_homes, static home => home.Shard.Post(home.OnRulesChanged)));

    /// <summary>A stream is gone: who waits for it is told. Any thread.</summary>
    public void OnMountRemoved(IMount mount) => Array.ForEach(_homes, home => home.Shard.Post(() => home.OnMountRemoved(mount)));

    /// <summary>Binds and serves.</summary>
    /// <exception cref="ProxyStartException">No RTSP port could be bound.</exception>
    public async Task StartAsync()
    {
        Listeners.Bind();
        foreach (FrontendShard home in _homes)
        {
            await home.Shard.RunAsync(() =>
            {
                home.Start();
                return Task.CompletedTask;
            });
        }

        Descriptors.Begin(() => SocketSetup.CountDescriptors() + Door.KeptPlaces);
        Listeners.Start(Door.Enter);
    }

    /// <summary>Stops to listen, says good-bye to every client, closes every connection. Within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Listeners.Dispose();
        Door.Stop();
        await Task.WhenAll([_tls.StopAsync(), .. _homes.Select(static home => home.Shard.RunAsync(home.StopAsync))]);
        foreach (FrontendShard home in _homes)
        {
            await home.Shard.RunAsync(() =>
            {
                home.CloseMedia();
                return Task.CompletedTask;
            });
        }

        _rules.Dispose();
    }

    /// <summary>Closes what has come to the door, or to a handshake, and is late there. About once a second, on the first shard.</summary>
    public void CloseLate()
    {
        Door.CloseLate();
        _tls.EndLate();
    }

    public void OnConnectionEnded(ClientConnection connection)
    {
        if (connection.EndCause == ConnectionEnd.HandedOver)
        {
            Limits.ConnectionPlaces.Leave(connection.Place); // its descriptor is a camera's from now on
        }

        connection.Home.Shard.AddLoad(-1);
        connection.Place.Weight.Release();
        Counters.OnClosed(connection.Kind);
        FrontendLog.ConnectionEnded(Log, connection.EndCause, connection.EndError, connection.Remote);
    }

    /// <summary>
    /// Memory for requests and answers is used up, and this connection holds most of it: said once a minute, however many there are. Any thread.
    /// </summary>
    public void OnOverBudget(IPEndPoint client, long heldBytes)
    {
        Counters.OnOverBudget();
        TimeProvider time = _shards.Shards[0].Time;
        long now = (long)time.GetElapsedTime(0, time.GetTimestamp()).TotalMicroseconds;
        long said = Volatile.Read(ref _saidOverBudgetMicros);
        if (now - said > OverBudgetLogMicros && Interlocked.CompareExchange(ref _saidOverBudgetMicros, now, said) == said)
        {
            FrontendLog.InputOverBudget(Log, Input.LimitBytes >> 20, client, heldBytes >> 10, Counters.OverBudget);
        }
    }

    private static SslServerAuthenticationOptions NoCertificates(string? name) =>
        throw new InvalidOperationException("Nobody comes by TLS where there are no certificates.");

    /// <summary>Of the shards that have UDP ports, the one with the least to do; null: there is none.</summary>
    public FrontendShard? HomeWithUdp()
    {
        FrontendShard? least = null;
        foreach (FrontendShard home in _homes)
        {
            if (home.Media is not null && (least is null || home.Shard.Weight < least.Shard.Weight))
            {
                least = home;
            }
        }

        return least;
    }

    /// <summary>
    /// Where a connection belongs: with its session if its first request names one, with its tunnel if it is a POST, near its mount else.
    /// Null: where it is.
    /// </summary>
    /// <param name="first">The request.</param>
    /// <param name="weight">The connection's, booked where its mount's viewers go: of a crowd that comes at once each counts at once.</param>
    public FrontendShard? HomeOf(RtspMessage first, ref BookedWeight weight)
    {
        if (first.IsHttp)
        {
            return Requests.TunnelOf(first)?.Home;
        }

        if (SessionId.TryParse(first.Session, out int shardIndex, out _))
        {
            return ShardAt(shardIndex);
        }

        return RequestTarget.Resolve(first.Uri, Mounts).Mount is { } mount ? HomeNear(mount, ref weight) : null;
    }

    /// <summary>Where a viewer of the mount goes; it counts there from now on. Any thread.</summary>
    internal FrontendShard HomeNear(IMount mount, ref BookedWeight booked)
    {
        long weight = ShardPlacement.WeightOf(mount.BitsPerSecond);
        Shard shard = _shards.Near(mount.Shard, weight);
        booked.Book(shard, weight);
        return _homes[shard.Index % _homes.Length];
    }

    /// <summary>
    /// Takes a connection that has come through the door, and gives it to a shard, if there is a place for it. The socket is ours from now on. Any
    /// thread.
    /// </summary>
    /// <exception cref="SocketException">The client reset it before we looked at it.</exception>
    public void Admit(in Arrival arrival)
    {
        if (_stopping)
        {
            arrival.Socket.Dispose();
            return;
        }

        IPAddress address = arrival.Remote.Address.Unmapped();
        FrontendShard home = _homes[_shards.LeastLoaded().Index % _homes.Length];
        ConnectionPlace place = new(address) { Shard = home.Shard };
        if (!TryTakePlace(place, address, isUsed: false))
        {
            FrontendListeners.Refuse(arrival);
            return;
        }

        Counters.OnConnection(arrival.IsSecure);
        home.Shard.AddLoad(1); // not when its handshake is done: of a crowd that comes at once each would be sent to the same shard
        try
        {
            if (arrival.IsSecure)
            {
                _tls.Enter(home, arrival, place);
            }
            else
            {
                Begin(home, arrival, place, null);
            }
        }
        catch
        {
            GiveUp(home, arrival.Socket, place);
            throw;
        }
    }

    /// <summary>A place for a connection of a client, or of ours on its behalf; where there is none, it is counted and said. Any thread.</summary>
    /// <param name="place">The place.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="isUsed">As in <see cref="ConnectionPlaces.TryTake"/>.</param>
    public bool TryTakePlace(ConnectionPlace place, IPAddress client, bool isUsed)
    {
        long nowMicros = place.Shard.NowMicros;
        PlaceLimit full = Limits.ConnectionPlaces.TryTake(place, nowMicros, out ConnectionPlace? makesRoom, isUsed);
        if (full != PlaceLimit.None)
        {
            Counters.OnConnectionRefused(full);
            Refusals.OnConnection(full, Limits.Connections, client, nowMicros);
            return false;
        }

        makesRoom?.Shard.Post(() => MakeRoom(makesRoom));
        return true;
    }

    /// <summary>Gives a connection to its first shard. Any thread.</summary>
    /// <exception cref="SocketException">The client reset the connection before we looked at it; it is the caller's.</exception>
    internal void Begin(FrontendShard home, in Arrival arrival, ConnectionPlace place, TlsLayer? tls)
    {
        ControlStream stream = new(home.Shard, arrival.Socket, Input, tls)
        {
            Remote = arrival.Remote.Unmapped(),
            Local = arrival.Local,
            UserTimeouts = (FrontendLimits.KeepAlive.UserTimeout, FrontendLimits.UserTimeoutFor(Limits.Now.SlowTimeout)),
            Disposed = () => Limits.ConnectionPlaces.Leave(place),
        };
        bool isRelayed = arrival.IsRelayed;
        if (home.Shard.IsCurrent)
        {
            Serve(home, stream, place, isRelayed);
        }
        else
        {
            home.Shard.Post(() => Serve(home, stream, place, isRelayed));
        }
    }

    /// <summary>A connection that has its place will not be served. Its descriptor is closed first: the place is that of a descriptor.</summary>
    internal void GiveUp(FrontendShard home, Socket socket, ConnectionPlace place)
    {
        socket.Dispose();
        home.Shard.AddLoad(-1);
        Limits.ConnectionPlaces.Leave(place);
    }

    private void Serve(FrontendShard home, ControlStream stream, ConnectionPlace place, bool isRelayed)
    {
        if (_stopping || place.HasToGo)
        {
            home.Shard.AddLoad(-1);
            stream.Close();
            return;
        }

        ClientConnection connection = new(this, home, stream, place) { IsRelayed = isRelayed };
        Counters.OnOpened(connection.IsSecure);
        place.Connection = connection;
        stream.Start();
        _ = connection.RunAsync();
    }

    /// <summary>
    /// Closes a connection whose place was given away. It may have moved: from the shard that served it first it is followed to where it is.
    /// </summary>
    private static void MakeRoom(ConnectionPlace place)
    {
        if (place.Connection is not { } connection)
        {
            place.Handshake?.Abort(TlsRefusal.MadeRoom);
            return; // not served yet: it will not be
        }

        Shard shard = connection.Stream.Shard;
        if (shard.IsCurrent)
        {
            connection.Close(ConnectionEnd.MadeRoom);
        }
        else
        {
            shard.Post(() => MakeRoom(place));
        }
    }
}
