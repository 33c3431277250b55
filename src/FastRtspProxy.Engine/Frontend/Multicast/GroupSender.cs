using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A stream's multicast group: one client of the mount, and one reader of its ring, for any number of sessions. Each packet goes out once, from the
/// first session's PLAY until the last one's end, and a track only while somebody plays it; how a session starts, pauses or goes changes nothing for
/// the others. What receivers send to the group is not heard. It lives on the mount's shard; sessions of all shards call it.
/// </summary>
internal sealed class GroupSender : MountClient
{
    /// <summary>How often it is looked whether the group may still be served, and is still the same.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly FrontendServer _frontend;
    private readonly FrontendShard _home;
    private readonly IMount _mount;
    private readonly ShardTimer _check;

    /// <summary>Who asked to play, and the tracks that go out for it, a bit each; 0 until its PLAY is answered.</summary>
    private readonly Dictionary<Session, uint> _members = [];

    /// <summary>The mount's answer to the first who asked; null while there is nobody.</summary>
    private Task<PlayGrant>? _grant;

    /// <summary>Set together with <see cref="_grant"/>: the group of all members.</summary>
    private GroupAddress? _address;
    private MountDescription? _description;

    /// <summary>Open while there are members.</summary>
    private UdpMediaSockets? _sockets;

    /// <summary>There from the first answer on.</summary>
    private GroupDelivery? _delivery;

    /// <summary>What deliveries sent that are over.</summary>
    private long _bytesBefore;
    private long _packetsBefore;

    public GroupSender(FrontendServer frontend, IMount mount)
    {
        _frontend = frontend;
        _mount = mount;
        _home = frontend.ShardAt(mount.Shard.Index) ?? frontend.ShardAt(0)!;
        _check = _home.Shard.CreateTimer(Look);
    }

    /// <inheritdoc/>
    public override Shard Shard => _home.Shard;

    /// <summary>RTP bytes and packets that went to the group since it was first made. Any thread.</summary>
    public (long Bytes, long Packets) Sent
    {
        get
        {
            GroupDelivery? delivery = _delivery;
            return (Volatile.Read(ref _bytesBefore) + (delivery?.SentBytes ?? 0), Volatile.Read(ref _packetsBefore) + (delivery?.SentPackets ?? 0));
        }
    }

    /// <summary>A session wants to play. Any thread.</summary>
    public Task<PlayGrant> JoinAsync(Session session, GroupAddress told) => Shard.RunAsync(() => JoinOnShardAsync(session, told));

    /// <summary>The session's PLAY is answered: these tracks, a bit each, go out for it. Any thread.</summary>
    public void Start(Session session, uint tracks) => Shard.Run(() =>
    {
        if (_members.TryGetValue(session, out uint known))
        {
            _members[session] = known | tracks;
            Update();
        }
    });

    /// <summary>The session plays no longer. Idempotent. Any thread.</summary>
    /// <param name="session">Whose media was stopped.</param>
    /// <param name="isOver">It does not come back; else it is paused.</param>
    public void Leave(Session session, bool isOver) => Shard.Run(() =>
    {
        if (!_members.Remove(session))
        {
            return;
        }

        if (_members.Count > 0)
        {
            Update();
            return;
        }

        Close(isOver ? "stream ended" : null);
        _mount.Leave(this);
    });

    /// <inheritdoc/>
    public override void OnMountEnded(MountEnd cause) => EndAll(session => session.OnMountEnded(cause));

    private async Task<PlayGrant> JoinOnShardAsync(Session session, GroupAddress told)
    {
        if (_frontend.ViewerGroups.ServedAt(_mount) is not { } address || address != told || (_address is not null && _address != told))
        {
            return new PlayGrant(PlayOutcome.Gone, 0, []);
        }

        if (_description is { } described && described.Shape != session.Description.Shape)
        {
            if (session.Description.Shape != _mount.Shape)
            {
                return new PlayGrant(PlayOutcome.Outdated, 0, []);
            }

            // The mount has turned those away who wait here for its shape before; that word is still on its way.
            OnMountEnded(MountEnd.DescriptionChanged);
        }

        _members.TryAdd(session, 0);
        bool isFirst = _grant is null;
        if (isFirst)
        {
            _address = address;
            _description = session.Description;
            _grant = OpenAsync(address, _description.Shape);
        }

        Task<PlayGrant> asked = _grant!;
        PlayGrant grant = await asked;
        if (grant.Outcome != PlayOutcome.Playing)
        {
            if (_members.Remove(session) && _members.Count == 0 && ReferenceEquals(asked, _grant))
            {
                Close(null);
            }

            return grant;
        }

        if (!_members.ContainsKey(session))
        {
            return new PlayGrant(PlayOutcome.Gone, 0, []);
        }

        if (isFirst)
        {
            return grant;
        }

        _mount.AskForKeyFrame();
        bool isKnown = _delivery is null or { Waits: false };
        return new PlayGrant(PlayOutcome.Playing, 0, isKnown ? await _mount.LiveEdgeAsync() : []);
    }

    /// <summary>Joins the mount, as a client that no player's manners are known of.</summary>
    private async Task<PlayGrant> OpenAsync(GroupAddress address, int shape)
    {
        if (!TryOpenSockets(address))
        {
            return new PlayGrant(PlayOutcome.BackendUnavailable, 0, []);
        }

        _check.Start(s_look);
        PlayGrant grant = await _mount.JoinAsync(this, new PlayWish(StartMode.Auto, uint.MaxValue, Resumes: false) { Shape = shape });
        grant.CatchUp?.Return();
        return grant with { CatchUp = null };
    }

    private bool TryOpenSockets(GroupAddress address)
    {
        ProxyOptions options = _frontend.Options;
        bool isOfFamily = options.BindAddress?.AddressFamily == address.Group.AddressFamily;
        MulticastWay? way = _frontend.ViewerGroups.WayTo(address, _mount);
        _sockets = way is null ? null
            : UdpMediaSockets.TryCreate(Shard, isOfFamily ? options.BindAddress : null, new PortRange(0, 0), options.FrontendDscp);
        if (_sockets is null || !_sockets.TryPrepare(way!))
        {
            _sockets?.Close();
            _sockets = null;
            if (way is not null && _frontend.ViewerGroups.MaySay())
            {
                FrontendLog.NoGroupSockets(_frontend.Log, _mount.Name, address.Group);
            }

            return false;
        }

        _sockets.Start();
        return true;
    }

    private void Update()
    {
        uint tracks = 0;
        foreach (uint of in _members.Values)
        {
            tracks |= of;
        }

        if (_delivery is not null)
        {
            _delivery.Play(tracks);
        }
        else if (tracks != 0 && _sockets is { } sockets && _grant is { IsCompletedSuccessfully: true } asked)
        {
            PeerAddress group = PeerAddress.From(_address!.Group, _address.Port);
            _delivery = new GroupDelivery(_home.FanOuts, _mount.Ring, _mount.Counters.On(Shard.Index), sockets, group);
            PlayGrant grant = asked.Result;
            SendReports(grant, tracks);
            _delivery.Begin(tracks, grant.JoinSequence, grant.WaitsForRandomAccess, grant.MaxRandomAccessWait);
            FrontendLog.GroupBegan(_frontend.Log, _mount.Name, _address.Group, _address.Port);
        }
    }

    private void Look()
    {
        if (_grant is null)
        {
            return;
        }

        _check.Start(s_look);
        GroupAddress? now = _frontend.ViewerGroups.ServedAt(_mount);
        if (now != _address)
        {
            SessionEnd cause = now is null ? SessionEnd.Revoked : SessionEnd.MountChanged;
            EndAll(session => session.End(cause));
        }
    }

    private void EndAll(Action<Session> end)
    {
        Session[] members = [.. _members.Keys];
        _members.Clear();
        Close("stream ended");
        _mount.Leave(this); // who came between the end of the mount and the word of it asked anew
        foreach (Session session in members)
        {
            session.Shard.Post(() => end(session));
        }
    }

    /// <summary>Nothing goes out any more.</summary>
    /// <param name="reason">What receivers are told; null: nothing, they may go on.</param>
    private void Close(string? reason)
    {
        _check.Stop();
        if (_delivery is { } delivery)
        {
            delivery.Stop();
            SendBye(reason);
            FrontendLog.GroupEnded(_frontend.Log, _mount.Name, _address!.Group, delivery.SentPackets);
            _delivery = null;
            Volatile.Write(ref _bytesBefore, _bytesBefore + delivery.SentBytes);
            Volatile.Write(ref _packetsBefore, _packetsBefore + delivery.SentPackets);
        }

        _sockets?.Close();
        _sockets = null;
        _grant = null;
        _address = null;
        _description = null;
    }

    /// <summary>Where the clocks of the tracks stand, before their first packets.</summary>
    private void SendReports(PlayGrant grant, uint tracks)
    {
        foreach (TrackStart start in grant.Tracks)
        {
            if (start.SenderReport is { } report && (tracks & (1u << start.Track)) != 0)
            {
                _ = _sockets!.SendRtcp(report, PeerAddress.From(_address!.Group, _address.PortOf(start.Track) + 1), default);
            }
        }
    }

    private void SendBye(string? reason)
    {
        Span<byte> compound = stackalloc byte[SessionRtcp.ByeBytesMax];
        for (int i = 0; reason is not null && i < _description!.Tracks.Length; i++)
        {
            MountTrack track = _description.Tracks[i];
            if ((_delivery!.HasSent & (1u << track.Index)) != 0)
            {
                int bytes = SessionRtcp.WriteBye(compound, track.Ssrc, reason);
                _ = _sockets!.SendRtcp(compound[..bytes], PeerAddress.From(_address!.Group, _address.PortOf(track.Index) + 1), default);
            }
        }
    }
}
