using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The proxy as a server: listens, hands connections to shards, and knows the limits over all of them.</summary>
internal sealed class FrontendServer : IAsyncDisposable
{
    private static readonly byte[] s_refusal = "RTSP/1.0 503 Service Unavailable\r\n\r\n"u8.ToArray();

    private const long OverBudgetLogMicros = 60_000_000;

    private readonly ShardGroup _shards;
    private readonly FrontendShard[] _homes;
    private readonly List<TcpListenerSocket> _listeners = [];

    /// <summary>Those of <see cref="_listeners"/> whose connections begin with a TLS handshake.</summary>
    private readonly HashSet<TcpListenerSocket> _secureListeners = [];

    /// <summary>Null: there is no rtsps.</summary>
    private readonly TlsServer? _tls;

    private readonly RulesInForce _rules;

    /// <summary>How many descriptors the process may have open; 0: it is not looked at (tests share one process).</summary>
    private readonly long _descriptorLimit;
    private long _saidOverBudgetMicros = -OverBudgetLogMicros - 1;

    /// <summary>
    /// Set once, before each shard is told to stop; pairs with the look in Serve, on the shard. A connection that a shard took before that message is
    /// closed by the message; one that it takes afterwards sees this and is closed there.
    /// </summary>
    private volatile bool _stopping;
    private volatile bool _draining;

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
        _descriptorLimit = descriptorLimit;
        Options = options;
        Mounts = mounts;
        Registry = registry;
        Log = loggerFactory.CreateLogger("FrontendServer");
        Limits = new ClientLimits(options.Limits);
        Guesses = new GuessGate(shards.Shards[0], mounts, Counters, Log);
        Refusals = new RefusalLog(Log, Limits);
        AccessRefusals = new AccessRefusals(shards.Shards[0], Log);
        Requests = new RequestHandler(this);
        Input = input ?? new InputBudget(InputBudget.LimitFor(options.MemoryBytes));
        _shards = shards;
        _tls = certificates is null ? null : new TlsServer(certificates, FrontendLimits.TlsHandshake, shards.Shards[0].Time);
        _rules = new RulesInForce(options.AccessInForce, shards.Shards[0].Time);
        Door = new FrontDoor(this, shards.Shards[0]);
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

    /// <inheritdoc cref="Frontend.AccessRefusals"/>
    public AccessRefusals AccessRefusals { get; }

    /// <inheritdoc cref="FrontDoor"/>
    public FrontDoor Door { get; }

    /// <summary>The rules in force. Any thread.</summary>
    public AccessState Access => _rules.Now;

    /// <summary>How the descriptors are divided; known once it has started, and where the limit of the process is.</summary>
    public DescriptorBudget Descriptors { get; private set; }

    public FrontendCounters Counters { get; } = new();

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

    /// <summary>Takes REGISTERed streams in; null: there is none, and REGISTER is refused.</summary>
    public IStreamRegistry? Registry { get; }

    /// <summary>Looks up the names that REGISTERs bring; a test has one of its own.</summary>
    public NameLookup RegistrantNames { get; init; } = NameLookup.Registrants;

    /// <summary>The RTSP port in use.</summary>
    public int RtspPort { get; private set; }

    /// <summary>The HTTP tunnel's own port, or 0.</summary>
    public int TunnelPort { get; private set; }

    /// <summary>The port of rtsps, or 0.</summary>
    public int RtspsPort { get; private set; }

    /// <summary>True where IPv4 clients can connect.</summary>
    public bool ListensOnIPv4 { get; private set; }

    /// <summary>True where IPv6 clients can connect.</summary>
    public bool ListensOnIPv6 { get; private set; }

    /// <summary>The shard of that index, null when there is none: an id of another process.</summary>
    public FrontendShard? ShardAt(int index) => (uint)index < (uint)_homes.Length ? _homes[index] : null;

    /// <summary>
    /// Puts other rules in force: for every request that is judged from now on, and for the sessions that the rules do not let in any more, which
    /// end. Any thread.
    /// </summary>
    public void ChangeAccess(AccessRules rules) =>
        _rules.Change(rules, () => Array.ForEach(_homes, static home => home.Shard.Post(home.ReviewRights)));

    /// <summary>Binds and serves.</summary>
    /// <exception cref="ProxyStartException">No RTSP port could be bound.</exception>
    public async Task StartAsync()
    {
        Bind();
        foreach (FrontendShard home in _homes)
        {
            await home.Shard.RunAsync(() =>
            {
                home.Start();
                return Task.CompletedTask;
            });
        }

        DivideDescriptors();
        foreach (TcpListenerSocket listener in _listeners)
        {
            bool isSecure = _secureListeners.Contains(listener);
            listener.Start(socket => Door.Enter(socket, isSecure));
        }
    }

    /// <summary>Stops to listen, says good-bye to every client, closes every connection. Within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        foreach (TcpListenerSocket listener in _listeners)
        {
            listener.Dispose();
        }

        Door.Stop();
        _tls?.Dispose();
        await Task.WhenAll(_homes.Select(static home => home.Shard.RunAsync(home.StopAsync)));
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

    public void OnConnectionEnded(ClientConnection connection)
    {
        if (connection.EndCause == ConnectionEnd.HandedOver)
        {
            Limits.ConnectionPlaces.Leave(connection.Place); // its descriptor is a camera's from now on
        }

        connection.Home.Shard.AddLoad(-1);
        FrontendLog.ConnectionEnded(Log, connection.EndCause, connection.EndError, connection.Remote);
    }

    /// <summary>
    /// Memory for requests and answers is used up, and this connection holds most of it: said once a minute, however many there are. Any thread.
    /// </summary>
    public void OnOverBudget(IPEndPoint client, long heldBytes)
    {
        Counters.OnOverBudget();
        long now = Environment.TickCount64 * 1000;
        long said = Volatile.Read(ref _saidOverBudgetMicros);
        if (now - said > OverBudgetLogMicros && Interlocked.CompareExchange(ref _saidOverBudgetMicros, now, said) == said)
        {
            FrontendLog.InputOverBudget(Log, Input.LimitBytes >> 20, client, heldBytes >> 10, Counters.OverBudget);
        }
    }

    /// <summary>
    /// Counts what the process has open and divides the rest between cameras and clients. Called when everything of our own is open but the cameras'
    /// sockets, and before the first client.
    /// </summary>
    private void DivideDescriptors()
    {
        if (_descriptorLimit > 0)
        {
            int streams = Options.Streams.Count + (Options.AcceptRegister ? Options.MaxRegistered : 0);
            Descriptors = DescriptorBudget.Of(_descriptorLimit, SocketSetup.CountDescriptors() + Door.KeptPlaces, streams);
            Limits.ConnectionPlaces.Cap(Descriptors.Connections);
        }
    }

    private void Bind()
    {
        string? failure = null;
        // A port of which one family is taken by another program is second choice: half of the clients would reach that program.
        foreach (bool whole in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (int port in Options.RtspPorts)
            {
                if (Listen(port, whole, out int bound, out bool v4, out bool v6, out SocketError error))
                {
                    (RtspPort, ListensOnIPv4, ListensOnIPv6) = (bound, v4, v6);
                    break;
                }

                failure ??= $"Failed to create RTSP server: bind() error (port number: {port}): {Words(error)}";
            }

            if (RtspPort != 0)
            {
                break;
            }
        }

        if (RtspPort == 0)
        {
            throw new ProxyStartException(failure ?? "Failed to create RTSP server: no port to listen on was given");
        }

        foreach (int port in Options.TunnelPorts)
        {
            if (Listen(port, whole: false, out int bound, out _, out _, out _))
            {
                TunnelPort = bound;
                break;
            }
        }

        if (_tls is not null)
        {
            BindSecure();
        }
    }

    /// <summary>The first port of rtsps that can be had. It was asked for, and nothing else takes its place: without one nothing is served.</summary>
    private void BindSecure()
    {
        string? failure = null;
        foreach (int port in Options.RtspsPorts)
        {
            int before = _listeners.Count;
            if (Listen(port, whole: true, out int bound, out _, out _, out SocketError error))
            {
                RtspsPort = bound;
                _secureListeners.UnionWith(_listeners.Skip(before));
                return;
            }

            failure ??= $"The port {port} of rtsps cannot be had: {Words(error)}. Remedy: another one (--rtsps, rtsps.listen)";
        }

        throw new ProxyStartException(failure ?? "There are certificates for rtsps, and no port to listen on was given");
    }

    /// <summary>
    /// Listens on both families where the machine has them, each with a listener of its own. With <paramref name="whole"/> the port is refused when
    /// another program has it in either family; without it, one family is enough.
    /// </summary>
    private bool Listen(int port, bool whole, out int bound, out bool v4, out bool v6, out SocketError error)
    {
        bound = port;
        v4 = v6 = false;
        error = SocketError.Success;
        List<TcpListenerSocket> opened = [];
        IPAddress[] addresses = Options.BindAddress is { } one ? [one] : [IPAddress.Any, IPAddress.IPv6Any];
        foreach (IPAddress address in addresses)
        {
            TcpListenerSocket? listener = TcpListenerSocket.TryListen(
                address, bound, Log, s_refusal, out SocketError failed, UnsentMark.UnknownBytes, FrontendLimits.KeepAlive, Options.FrontendDscp);
            if (listener is null)
            {
                error = error == SocketError.Success ? failed : error;
                continue;
            }

            bound = listener.Port;
            opened.Add(listener);
            v4 |= address.AddressFamily == AddressFamily.InterNetwork;
            v6 |= address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        if (opened.Count == 0 || (whole && error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied))
        {
            opened.ForEach(static listener => listener.Dispose());
            return false;
        }

        _listeners.AddRange(opened);
        return true;
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.AccessDenied => "Permission denied",
        SocketError.TooManyOpenSockets => "out of descriptors; raise the limit (ulimit -n, LimitNOFILE=)",
        _ => error.ToString(),
    };

    /// <summary>Of the shards that have UDP ports, the one with the least to do; null: there is none.</summary>
    public FrontendShard? HomeWithUdp()
    {
        FrontendShard? least = null;
        foreach (FrontendShard home in _homes)
        {
            if (home.Media is not null && (least is null || home.Shard.Load < least.Shard.Load))
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
    public FrontendShard? HomeOf(RtspMessage first)
    {
        if (first.IsHttp)
        {
            return Requests.TunnelOf(first)?.Home;
        }

        if (SessionId.TryParse(first.Session, out int shardIndex, out _))
        {
            return ShardAt(shardIndex);
        }

        return RequestTarget.Resolve(first.Uri, Mounts).Mount is { } mount ? HomeNear(mount.Shard) : null;
    }

    /// <inheritdoc cref="ShardGroup.Near"/>
    private FrontendShard HomeNear(Shard shard) => _homes[_shards.Near(shard).Index % _homes.Length];

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
        PlaceLimit full = Limits.ConnectionPlaces.TryTake(place, home.Shard.NowMicros, out ConnectionPlace? makesRoom);
        if (full != PlaceLimit.None)
        {
            Counters.OnConnectionRefused();
            Refusals.OnConnection(full, Limits.Connections, address, home.Shard.NowMicros);
            TcpListenerSocket.Refuse(arrival.Socket, arrival.IsSecure ? [] : s_refusal);
            return;
        }

        if (makesRoom is not null)
        {
            makesRoom.Shard.Post(() => MakeRoom(makesRoom));
        }

        Counters.OnConnection();
        if (arrival.IsSecure)
        {
            BeginHandshake(home, arrival, place);
        }
        else
        {
            Begin(home, arrival, place, null);
        }
    }

    /// <summary>The connection has its place; a shard hears of it when the handshake is done.</summary>
    private void BeginHandshake(FrontendShard home, Arrival arrival, ConnectionPlace place)
    {
        try
        {
            place.Handshake = _tls!.Begin(arrival.Socket, (layer, refusal, why) => OnHandshake(home, arrival, place, layer, refusal, why));
        }
        catch
        {
            Limits.ConnectionPlaces.Leave(place);
            throw;
        }
    }

    /// <summary>On a thread of handshakes, or wherever one was ended.</summary>
    private void OnHandshake(FrontendShard home, in Arrival arrival, ConnectionPlace place, TlsLayer? layer, TlsRefusal refusal, string why)
    {
        Counters.OnHandshake(refusal == TlsRefusal.None);
        if (layer is null)
        {
            Limits.ConnectionPlaces.Leave(place);
            Door.OnHandshake(refusal, arrival.Remote, why);
            return;
        }

        try
        {
            Begin(home, arrival, place, layer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            layer.Dispose(); // reset meanwhile
            arrival.Socket.Dispose();
        }
    }

    /// <summary>Gives a connection to its first shard. Any thread.</summary>
    private void Begin(FrontendShard home, in Arrival arrival, ConnectionPlace place, TlsLayer? tls)
    {
        ControlStream stream;
        try
        {
            stream = new ControlStream(home.Shard, arrival.Socket, Input, tls)
            {
                Remote = arrival.Remote.Unmapped(),
                Local = arrival.Local,
                UserTimeouts = (FrontendLimits.KeepAlive.UserTimeout, FrontendLimits.UserTimeoutFor(Limits.Now.SlowTimeout)),
                Disposed = () => Limits.ConnectionPlaces.Leave(place),
            };
        }
        catch
        {
            Limits.ConnectionPlaces.Leave(place);
            throw;
        }

        bool isRelayed = arrival.IsRelayed;
        home.Shard.AddLoad(1);
        home.Shard.Post(() => Serve(home, stream, place, isRelayed));
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
            place.Handshake?.Abort(TlsRefusal.Closed);
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
