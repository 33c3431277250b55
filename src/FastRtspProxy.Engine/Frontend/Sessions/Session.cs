using System.Collections.Immutable;
using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// One client's session with one mount: its tracks, its state, the signs of its life. Belongs to one shard for life; made by the first SETUP, ended
/// by exactly one <see cref="SessionEnd"/>. Its viewers are <see cref="SessionMedia"/>'s, its addresses <see cref="SessionPorts"/>'; of the
/// connection it knows <see cref="SessionCarrier"/>.
/// </summary>
internal sealed class Session : MountClient
{
    private readonly FrontendShard _home;

    /// <summary>Those that are set up, each index of the mount once but within <see cref="TrySetUp"/>; <see cref="TrackWays"/> fits them.</summary>
    private readonly List<SessionTrack> _tracks = [];

    /// <inheritdoc cref="LossLog"/>
    private readonly LossLog _losses;

    /// <summary>When the last sign of life came; <see cref="Touch"/> says what is one.</summary>
    private long _aliveMicros;

    /// <summary>When a request last named it; 0: none has yet.</summary>
    private long _askedMicros;

    /// <summary>When <see cref="Carrier"/> became null; 0 before.</summary>
    private long _connectionClosedMicros;

    /// <summary>What a request last said of how to start; null: none has, and the mount's own way holds.</summary>
    private StartWish? _start;

    /// <inheritdoc cref="SessionSource"/>
    private readonly SessionSource _source;

    /// <summary>It was paused while it played. Never false again: whoever resumes once is told where each time.</summary>
    private bool _wasPaused;

    public Session(
        FrontendShard home, IMount mount, MountDescription description, SessionCarrier carrier, string? agent = null, ConnectionKind kind = default)
    {
        _home = home;
        Mount = mount;
        Description = description;
        Id = SessionId.New(home.Shard.Index);
        ClientAddress = carrier.RemoteAddress;
        Carrier = carrier;
        _aliveMicros = BegunMicros = home.Shard.NowMicros;
        Ports = new SessionPorts(this, home.Addresses);
        Media = new SessionMedia(this);
        Place = new SessionPlace(ClientAddress, mount.Name, this);
        _losses = new LossLog(this);
        _source = new SessionSource(this);
        Watcher = new SessionWatcher(this, agent, kind);
        Player = PlayerKinds.Of(agent);
    }

    /// <inheritdoc cref="PlayerKind"/>
    public PlayerKind Player { get; }

    /// <summary>The front-end's part of its shard.</summary>
    public FrontendShard Home => _home;

    public override Shard Shard => _home.Shard;

    /// <summary>The tracks that are set up, a bit each.</summary>
    private uint TrackMask
    {
        get
        {
            uint mask = 0;
            foreach (SessionTrack track in _tracks)
            {
                mask |= track.Track.IsBack ? 0 : 1u << track.Track.Index;
            }

            return mask;
        }
    }

    public string Id { get; }

    public IMount Mount { get; }

    /// <summary>What the mount offered when the session was made.</summary>
    public MountDescription Description { get; }

    public IPAddress ClientAddress { get; }

    /// <inheritdoc cref="SessionGrant"/>
    public required SessionGrant Grant { get; init; }

    /// <summary>Of a replay stream: its own session with the recorder, whose media it gets. Null: it watches with the others.</summary>
    public ReplaySeat? Replay { get; init; }

    /// <summary>The connection that the session was made on; null from when it was closed. Interleaved media travels there.</summary>
    public SessionCarrier? Carrier { get; private set; }

    /// <summary>Its connection is TLS, which its media is in then.</summary>
    public bool IsSecure => Carrier is { Stream.IsSecure: true };

    /// <inheritdoc cref="SessionPlace"/>
    public SessionPlace Place { get; }

    /// <summary>When it was made.</summary>
    public long BegunMicros { get; }

    /// <summary>A PLAY of it was granted once. Never false again.</summary>
    public bool WasPlayed { get; private set; }

    /// <summary>It waits for its first PLAY.</summary>
    public bool IsWaiting => !WasPlayed && State == SessionState.Ready;

    /// <summary>Its part over UDP.</summary>
    public SessionPorts Ports { get; }

    /// <inheritdoc cref="SessionMedia"/>
    public SessionMedia Media { get; }

    /// <inheritdoc cref="SessionWatcher"/>
    public SessionWatcher Watcher { get; }

    public SessionState State { get; private set; } = SessionState.Ready;

    public SessionEnd EndCause { get; private set; }

    public IReadOnlyList<SessionTrack> Tracks => _tracks;

    /// <summary>Its media travels in its connection.</summary>
    public bool IsInterleaved => TrackWays.LeadOf(_tracks) is { IsInterleaved: true };

    /// <summary>Its media goes to a group, with others'; null: to the client alone.</summary>
    public GroupSeat? Group => TrackWays.LeadOf(_tracks)?.Group;

    /// <summary>Packets that the client itself says it missed, over all tracks.</summary>
    public long PacketsReportedLost
    {
        get
        {
            long lost = 0;
            foreach (SessionTrack track in _tracks)
            {
                lost += Math.Max(0, track.Report.LostOnTheWay);
            }

            return lost;
        }
    }

    /// <summary>How the next PLAY starts; null changes nothing.</summary>
    public void StartAs(StartWish? wish) => _start = wish ?? _start;

    /// <summary>A sign of life: any request on its connection, any RTCP, any interleaved byte.</summary>
    public void Touch() => _aliveMicros = Shard.NowMicros;

    /// <summary>A request that names it.</summary>
    public void OnRequest()
    {
        Touch();
        _askedMicros = _aliveMicros;
    }

    /// <summary>
    /// True when nothing was heard for the session time-out and, interleaved, nothing could be sent either. One that waits for its first PLAY, or was
    /// paused, lives as long as its connection is open: a viewer that went for a coffee says nothing, and TCP's keep-alive ends a connection that is
    /// dead. Then a little longer, for players that open one for each request.
    /// </summary>
    public bool IsExpired(long nowMicros, long timeoutMicros)
    {
        if (State == SessionState.Ready)
        {
            // Datagrams alone keep no place for one that was never played: they cost a stranger nothing.
            long heardMicros = WasPlayed ? _aliveMicros : _askedMicros;
            long longerMicros = WasPlayed ? timeoutMicros : (long)FrontendLimits.NeverPlayed.TotalMicroseconds;
            return Carrier is null && nowMicros - Math.Max(heardMicros, _connectionClosedMicros) > longerMicros;
        }

        if (Group is not null && Carrier is not null)
        {
            return false; // what comes from a group names no session: its requests and its connection are its life
        }

        long alive = _aliveMicros;
        if (State == SessionState.Playing && IsInterleaved && Carrier is { Stream: var stream })
        {
            if (stream.IsParked)
            {
                return false; // it takes nothing now: how long that may last is --slow-timeout's to say
            }

            alive = Math.Max(alive, stream.LastProgressMicros);
        }

        return nowMicros - alive > timeoutMicros;
    }

    /// <summary>It does not play, and its stream has another shape by now: what it set up comes no more. Who plays is told by the mount.</summary>
    public bool IsOutdated => State == SessionState.Ready && Mount.Shape != Description.Shape;

    public SessionTrack? TrackAt(int index)
    {
        foreach (SessionTrack track in _tracks)
        {
            if (track.Track.Index == index)
            {
                return track;
            }
        }

        return null;
    }

    public bool Allows(SessionEvent happened) => SessionTransitions.TryNext(State, happened, out _);

    /// <summary>
    /// Adds a track, or gives one that is not playing another way to travel. False, and nothing is changed: another session holds one of its
    /// addresses.
    /// </summary>
    public bool TrySetUp(SessionTrack track)
    {
        if (track.HasPorts && !Ports.TryHold(track))
        {
            return false;
        }

        SessionTrack? old = TrackAt(track.Track.Index);
        _tracks.Add(track);
        Advance(SessionEvent.Setup);
        if (track.IsInterleaved)
        {
            Carrier?.Channels.Bind(track);
        }
        else if (track.HasPorts)
        {
            _home.Directory.Add(track);
        }

        // After the new one is known: what both have in common is not free in between.
        if (old is not null)
        {
            Drop(old);
        }

        return true;
    }

    /// <summary>Takes one track of several out of a session that does not send it.</summary>
    public void Drop(SessionTrack track)
    {
        _tracks.Remove(track);
        Unlist(track);
    }

    /// <summary>
    /// Another session asks for one of our UDP addresses. One that has lost its control connection, or of which nothing was heard for a while, ends
    /// without a word (a BYE would reach the new one): its player was started again. True: the address is free.
    /// </summary>
    public bool TryGiveWay()
    {
        bool isConnected = Carrier is { Stream.PeerEnded.IsCompleted: false };
        if (State != SessionState.Ended && isConnected && Shard.NowMicros - _aliveMicros < (long)RtpPortWatch.Heard.TotalMicroseconds)
        {
            return false;
        }

        End(SessionEnd.Replaced);
        return true;
    }

    /// <summary>True when the track (null: every track) is being sent.</summary>
    public bool IsPlaying(SessionTrack? only) => only is null ? _tracks.TrueForAll(static track => track.IsPlaying) : only.IsPlaying;

    /// <summary>True when a track other than this one is being sent.</summary>
    public bool PlaysOthersThan(SessionTrack one) => _tracks.Exists(track => track.IsPlaying && track != one);

    /// <summary>Asks the mount to play. Null: the session ended meanwhile.</summary>
    /// <param name="range">What it wants of the past, and of what is to come.</param>
    public async Task<PlayGrant?> JoinAsync(WantedRange range = default)
    {
        if (!WasPlayed && !_home.Places.TryKeep(Place))
        {
            return null; // it had to make room; its end is under way
        }

        range = Group is null ? range : default; // a group is where it is, whatever one of its viewers wants
        bool wasPlaying = State == SessionState.Playing;
        Media.OnAsked();
        Advance(SessionEvent.Play);
        long? backMicros = _start is { Back.Ticks: > 0 } wish && !_wasPaused ? Shard.NowMicros - (long)wish.Back.TotalMicroseconds : null;
        StartMode? mode = range.FromMicros is null ? _start?.Mode : StartMode.Past;
        PlayGrant grant = await _source.JoinAsync(Group, new PlayWish(mode, TrackMask, _wasPaused)
        {
            FromMicros = range.FromMicros ?? backMicros,
            ToMicros = range.ToMicros,
            IsRateControlled = range.IsRateControlled,
            Player = Player,
            Shape = Description.Shape,
        });
        if (State != SessionState.Starting)
        {
            grant.CatchUp?.Return();
            _source.Leave();
            return null;
        }

        if (grant.Outcome == PlayOutcome.Playing)
        {
            grant = grant with { EndMicros = range.ToMicros, EndsAt = range.To };
            Media.OnGranted(grant);
            Advance(SessionEvent.Granted);
            if (!WasPlayed)
            {
                WasPlayed = true;
                Carrier?.OnPlayed();
            }
        }
        else if (wasPlaying)
        {
            // What it plays already is not touched by a refused further track.
            State = SessionState.Playing;
        }
        else
        {
            Advance(SessionEvent.Refused);
            if (!WasPlayed)
            {
                _home.Places.WaitAgain(Place, Shard.NowMicros);
            }
        }

        Touch();
        return grant;
    }

    /// <summary>Stops the media of everything; the mount may forget the client.</summary>
    public void Pause()
    {
        bool played = State == SessionState.Playing;
        Advance(SessionEvent.Pause);
        Media.Stop();
        if (played)
        {
            _wasPaused = true;
            _source.Leave();
        }
    }

    /// <summary>The client's host says that nobody listens where RTP goes.</summary>
    public void OnRtpPortClosed(in PeerAddress port)
    {
        if (Media.OnRtpPortClosed(port, _aliveMicros))
        {
            End(SessionEnd.Unreachable);
        }
    }

    /// <inheritdoc cref="LossLog.Say"/>
    public void SayLosses(long nowMicros) => _losses.Say(nowMicros);

    /// <summary>The mount ends the play; it posts this to our shard.</summary>
    public override void OnMountEnded(MountEnd cause) => End(SessionEnds.Of(cause));

    /// <summary>The connection was closed: what was interleaved in it ends with it, the rest lives on until it expires.</summary>
    public void OnConnectionClosed()
    {
        if (IsInterleaved || _tracks.Count == 0)
        {
            End(SessionEnd.ConnectionClosed);
        }
        else
        {
            _tracks.FindAll(static track => track.IsInterleaved).ForEach(Drop); // who listens to a group and talks here
        }

        Carrier = null;
        _connectionClosedMicros = Shard.NowMicros;
    }

    /// <summary>Ends the session; only the first cause counts. The media stops before this returns.</summary>
    public void End(SessionEnd cause)
    {
        if (!SessionTransitions.TryNext(State, SessionEvent.End, out SessionState next))
        {
            return;
        }

        State = next;
        EndCause = cause;
        Media.Stop();
        if (cause is not (SessionEnd.Teardown or SessionEnd.ConnectionClosed or SessionEnd.Unreachable or SessionEnd.Replaced or SessionEnd.MadeRoom))
        {
            SessionRtcp.SendBye(this, cause);
        }

        foreach (SessionTrack track in _tracks)
        {
            Unlist(track);
        }

        if (cause is not (SessionEnd.MountLost or SessionEnd.MountChanged or SessionEnd.MountRemoved or SessionEnd.ProgrammeEnded))
        {
            _source.Leave();
        }

        Replay?.Close();
        Carrier?.Remove(this);
        _home.Forget(this);
        Watcher.OnEnded();
    }

    /// <summary>What comes at the track's channels or addresses is not the session's any more.</summary>
    private void Unlist(SessionTrack track)
    {
        track.Talker?.End();
        if (track.IsInterleaved)
        {
            Carrier?.Channels.Unbind(track);
        }
        else if (track.IsListed)
        {
            _home.Directory.Remove(track);
            Ports.Release(track.Rtp);
            Ports.Release(track.Rtcp);
        }
    }

    private void Advance(SessionEvent happened)
    {
        if (SessionTransitions.TryNext(State, happened, out SessionState next))
        {
            State = next;
        }
    }
}
