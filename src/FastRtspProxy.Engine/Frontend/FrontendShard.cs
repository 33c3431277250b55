using System.Net;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The front-end's part of one shard: its connections, its sessions, and the clock that ends them. Touched on the shard only.</summary>
internal sealed class FrontendShard
{
    /// <summary>How often sessions and connections are looked at; time-outs are late by so much at most.</summary>
    private static readonly TimeSpan s_checkInterval = TimeSpan.FromSeconds(1);

    private readonly FrontendServer _frontend;
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly HashSet<ClientConnection> _connections = [];

    /// <summary>Who watches without a session.</summary>
    private readonly HashSet<LiveViewer> _others = [];
    private readonly DueEndings _dueEndings;
    private readonly SessionReview _review;
    private readonly MemoryTrim _trim = new();
    private readonly ShardTimer _check;
    private readonly long _sessionTimeoutMicros;

    public FrontendShard(FrontendServer frontend, Shard shard)
    {
        _frontend = frontend;
        Shard = shard;
        FanOuts = new FanOutTable(shard, new FanOutLimits());
        Directory = new ClientDirectory(frontend.Counters, frontend.UdpAddresses);
        _sessionTimeoutMicros = (long)frontend.Options.SessionTimeout.TotalMicroseconds;
        _check = shard.CreateTimer(Check);
        _dueEndings = new DueEndings(shard, _sessionTimeoutMicros);
        _review = new SessionReview(shard, frontend, _sessions.Values);
    }

    public Shard Shard { get; }

    public ClientDirectory Directory { get; }

    /// <inheritdoc cref="SessionPlaces"/>
    public SessionPlaces Places => _frontend.Limits.SessionPlaces;

    /// <inheritdoc cref="UdpAddresses"/>
    public UdpAddresses Addresses => _frontend.UdpAddresses;

    public Microsoft.Extensions.Logging.ILogger Log => _frontend.Log;

    public FanOutTable FanOuts { get; }

    /// <summary>
    /// The UDP server pair of the shard's clients; null where it has none (<c>--udp-ports</c> has fewer pairs than there are shards), before the
    /// start and after the stop.
    /// </summary>
    public UdpMediaSockets? Media => FanOuts.Media;

    /// <inheritdoc cref="EngineEvents"/>
    public EngineEvents Events => _frontend.Events;

    /// <summary>Everybody who watches here: those with a session, and the others.</summary>
    public IEnumerable<IWatcher> Watchers => _sessions.Values.Select(static session => (IWatcher)session.Watcher).Concat(_others);

    public int ConnectionCount => _connections.Count;

    /// <summary>A place for a connection that is made for a client, if there is one; it never has to make room for another's.</summary>
    public bool TryTakePlace(ConnectionPlace place, IPAddress client) => _frontend.TryTakePlace(place, client, isUsed: true);

    /// <summary>The connection is closed.</summary>
    public void GiveBack(ConnectionPlace place) => _frontend.Limits.ConnectionPlaces.Leave(place);

    /// <summary>On the shard.</summary>
    public void Start()
    {
        OpenMedia();
        _check.Start(s_checkInterval);
    }

    public Session? Find(string id) => _sessions.GetValueOrDefault(id);

    public void Add(Session session)
    {
        _sessions.Add(session.Id, session);
        _frontend.Counters.OnSession();
    }

    /// <summary>Somebody watches without a session; it calls <see cref="Forget(LiveViewer)"/> when it goes.</summary>
    public void Add(LiveViewer viewer)
    {
        _others.Add(viewer);
        _frontend.Counters.OnSession();
        FrontendLog.LiveBegan(_frontend.Log, viewer.Request.Address, viewer.Mount.Name, viewer.Id);
    }

    /// <summary>The viewer has ended.</summary>
    public void Forget(LiveViewer viewer)
    {
        if (_others.Remove(viewer))
        {
            Places.Leave(viewer.Place);
            _frontend.Counters.OnEnded(viewer.EndCause);
            FrontendLog.LiveEnded(_frontend.Log, viewer.EndCause, viewer.Id, viewer.Mount.Name, viewer.Request.Address, viewer.DroppedPackets);
        }
    }

    /// <summary>Other rules are in force.</summary>
    public void OnRulesChanged() => _review.OnRulesChanged();

    /// <summary>A stream is gone.</summary>
    public void OnMountRemoved(IMount mount) => _review.OnMountRemoved(mount);

    /// <summary>The session has ended.</summary>
    public void Forget(Session session)
    {
        if (!_sessions.Remove(session.Id))
        {
            return;
        }

        Places.Leave(session.Place);
        _frontend.Counters.OnEnded(session.EndCause);

        FrontendLog.SessionEnded(
            _frontend.Log,
            session.EndCause,
            session.Id,
            session.Mount.Name,
            session.ClientAddress,
            session.Media.PacketsDropped,
            session.PacketsReportedLost);
    }

    public void Add(ClientConnection connection) => _connections.Add(connection);

    public void Remove(ClientConnection connection) => _connections.Remove(connection);

    /// <summary>Says good-bye to every client and closes every connection; done when the last byte is out or its time is up.</summary>
    public async Task StopAsync()
    {
        _check.Stop();
        foreach (Session session in _sessions.Values.ToArray())
        {
            session.End(SessionEnd.Stopping);
        }

        foreach (LiveViewer viewer in _others.ToArray())
        {
            viewer.End(SessionEnd.Stopping);
        }

        List<Task> closings = [];
        foreach (ClientConnection connection in _connections.ToArray())
        {
            closings.Add(connection.CloseAfterFlushAsync());
        }

        await Task.WhenAll(closings);
        FanOuts.Dispose();
    }

    /// <summary>Nobody is sent anything any more. On the shard.</summary>
    public void CloseMedia()
    {
        FanOuts.Media?.Close();
        FanOuts.Media = null;
    }

    private void OpenMedia()
    {
        ProxyOptions options = _frontend.Options;
        PortRange range = new(options.UdpPortFirst, options.UdpPortLast);
        if (UdpMediaSockets.TryCreate(Shard, options.BindAddress, range, options.FrontendDscp) is not { } media)
        {
            FrontendLog.NoUdpPorts(Log, range.First, range.Last, Shard.Index);
            return;
        }

        media.Sink = new UdpClients(this);
        FanOuts.Media = media;
        media.Start();
    }

    private void Check()
    {
        // Started anew first: if an error ends this check, the next one comes all the same.
        _check.Start(s_checkInterval);
        if (Shard.Index == 0)
        {
            _trim.OnSecond(_frontend.Limits.Connections);
            _frontend.CloseLate();
        }

        if (!_dueEndings.IsEmpty)
        {
            return; // what the last look found has not all been ended yet
        }

        long now = Shard.NowMicros;
        foreach (Session session in _sessions.Values)
        {
            if (session.IsExpired(now, _sessionTimeoutMicros) || session.IsOutdated)
            {
                _dueEndings.Add(session);
            }
            else
            {
                session.SayLosses(now);
            }
        }

        foreach (ClientConnection connection in _connections)
        {
            if (connection.Carrier.Weight is > 0 and long weight)
            {
                connection.Place.Weight.Book(Shard, weight); // what it plays, as that is measured by now
            }

            connection.Tunnel?.OnCheck(now);
            if (connection.IsOverdue(now))
            {
                _dueEndings.Add(connection);
            }
        }
    }
}
