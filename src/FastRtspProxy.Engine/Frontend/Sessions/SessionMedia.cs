using System.Collections.Immutable;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A session's viewers in the fan-out of its shard: one for each PLAY, because a player that starts its tracks one by one has several. On the
/// session's shard.
/// </summary>
internal sealed class SessionMedia(Session session)
{
    /// <summary>Those whose media is interleaved; empty while nothing is sent. Those over UDP are <see cref="SessionPorts.Viewers"/>.</summary>
    private readonly List<TcpViewer> _tcpViewers = [];

    /// <summary>Of those that have an end; null: none has.</summary>
    private List<RangeEnd>? _ends;

    /// <summary>Where the viewers are; null while there is none.</summary>
    private FanOut? _fanOut;

    /// <summary>A granted instant start whose answer is not written yet; with a connection that breaks just then it never is.</summary>
    private CatchUp? _granted;

    /// <summary>When the client last asked to play; 0: there is a viewer that knows.</summary>
    private long _askedMicros;

    /// <summary>From then on a wish for a key frame is passed on again.</summary>
    private long _keyFrameFromMicros;

    /// <summary>Of the viewers that are gone.</summary>
    private long _packetsDropped;
    private (long Bytes, long Packets) _sent;

    /// <summary>What the group had been sent when the session began to play with it; null: it does not.</summary>
    private (long Bytes, long Packets)? _groupSent;

    /// <summary>Packets left out because the client or its way was too slow, or this machine.</summary>
    public long PacketsDropped
    {
        get
        {
            if (session.Replay is { } seat)
            {
                return seat.Dropped;
            }

            long dropped = _packetsDropped;
            foreach (UdpViewer viewer in session.Ports.Viewers)
            {
                dropped += _fanOut?.PacketsDropped(viewer) ?? viewer.DroppedPackets;
            }

            foreach (TcpViewer viewer in _tcpViewers)
            {
                dropped += viewer.DroppedPackets;
            }

            return dropped;
        }
    }

    /// <summary>RTP bytes, over TCP with what frames them, and packets that went out, or wait to.</summary>
    public (long Bytes, long Packets) Sent
    {
        get
        {
            if (session.Replay is { } seat)
            {
                return seat.Sent;
            }

            (long bytes, long packets) = _sent;
            foreach (UdpViewer viewer in session.Ports.Viewers)
            {
                bytes += _fanOut?.BytesSent(viewer) ?? 0;
                packets += _fanOut?.PacketsSent(viewer) ?? 0;
            }

            foreach (TcpViewer viewer in _tcpViewers)
            {
                bytes += viewer.SentBytes;
                packets += viewer.SentPackets;
            }

            if (_groupSent is { } before && session.Group is { } group)
            {
                (long groupBytes, long groupPackets) = group.Sender.Sent;
                bytes += groupBytes - before.Bytes;
                packets += groupPackets - before.Packets;
            }

            return (bytes, packets);
        }
    }

    /// <summary>How far its viewers are behind the newest packet; null: they are in step, or there is none.</summary>
    public TimeSpan? Lag
    {
        get
        {
            TimeSpan? most = null;
            foreach (Viewer viewer in session.Ports.Viewers)
            {
                most = _fanOut?.LagOf(viewer) is { } lag && !(most > lag) ? lag : most;
            }

            foreach (Viewer viewer in _tcpViewers)
            {
                most = _fanOut?.LagOf(viewer) is { } lag && !(most > lag) ? lag : most;
            }

            return most;
        }
    }

    private string WayName => session.IsInterleaved ? "TCP" : session.Group is null ? "UDP" : "multicast";

    /// <summary>The viewer has had all that it asked for.</summary>
    public bool IsOver(Viewer viewer) => _fanOut!.IsOver(viewer);

    /// <summary>Where what is played of a track (null: of all) ends, as the client said it; null: it does not, or nothing is played.</summary>
    public DateTimeOffset? PlaysUntil(SessionTrack? only)
    {
        DateTimeOffset? last = null;
        foreach (SessionTrack track in session.Tracks)
        {
            if (!track.IsPlaying || track.Track.IsBack || (only is not null && only != track))
            {
                continue;
            }

            if (_ends?.Find(end => end.Tracks.Contains(track)) is not { } end)
            {
                return null;
            }

            last = last > end.To ? last : end.To;
        }

        return last;
    }

    /// <summary>What a PLAY started ends, where it had an end; the session is as after a PAUSE when nothing else is sent.</summary>
    public void End(RangeEnd end)
    {
        bool isLast = !session.Tracks.Any(track => track.IsPlaying && !track.Track.IsBack && !end.Tracks.Contains(track));
        SessionRtcp.SendBye(session, isLast ? [.. session.Tracks.Where(static track => track.IsPlaying)] : end.Tracks, "end of range");
        if (isLast)
        {
            session.Pause();
            return;
        }

        _ = _ends!.Remove(end);
        (long bytes, long packets) = Sent;
        long dropped = PacketsDropped;
        Remove(end.Viewer);
        (long Bytes, long Packets) left = Sent;
        _sent = (_sent.Bytes + bytes - left.Bytes, _sent.Packets + packets - left.Packets); // what it got counts on
        _packetsDropped += dropped - PacketsDropped;
        StopTracks(end.Tracks);
    }

    /// <summary>The client asks for a picture that stands alone: passed on once a second, however often it asks.</summary>
    public void OnKeyFrameWanted()
    {
        if (session.State == SessionState.Playing && session.Shard.NowMicros >= _keyFrameFromMicros)
        {
            _keyFrameFromMicros = session.Shard.NowMicros + 1_000_000;
            session.Mount.AskForKeyFrame();
        }
    }

    /// <summary>The client wants to play.</summary>
    public void OnAsked() => _askedMicros = session.Shard.NowMicros;

    /// <summary>The mount has granted a PLAY; its answer, and then <see cref="Start"/>, are to follow.</summary>
    public void OnGranted(PlayGrant grant)
    {
        _granted?.Return();
        _granted = grant.CatchUp;
    }

    /// <summary>The PLAY answer is written: sender reports for the joiner, then media from the join sequence on.</summary>
    public void Start(PlayGrant grant, SessionTrack? only)
    {
        _granted = null;
        List<SessionTrack> starting = [];
        if (session.State == SessionState.Playing)
        {
            foreach (SessionTrack track in session.Tracks)
            {
                if (!track.IsPlaying && (only is null || only == track))
                {
                    starting.Add(track);
                }
            }
        }

        if (starting.Count == 0)
        {
            grant.CatchUp?.Return();
            return;
        }

        foreach (SessionTrack track in starting)
        {
            track.IsPlaying = true;
            SendSenderReport(track, grant);
        }

        session.Watcher.OnStarted();
        _ = starting.RemoveAll(static track => track.Track.IsBack);
        if (starting.Count == 0)
        {
            grant.CatchUp?.Return(); // it came to talk
        }
        else if (session.IsInterleaved)
        {
            StartInterleaved(starting, grant);
        }
        else if (session.Group is { } group)
        {
            _groupSent ??= group.Sender.Sent;
            group.Sender.Start(session, starting.Aggregate(0u, static (mask, track) => mask | (1u << track.Track.Index)));
        }
        else
        {
            StartUdp(starting, grant);
        }

        FrontendLog.SessionPlays(session.Home.Log, session.Id, session.Mount.Name, session.ClientAddress, starting.Count, WayName);
    }

    /// <summary>The recorder has granted a PLAY: what it sends goes out from now on, and was let through before.</summary>
    public void StartReplay(SessionTrack? only)
    {
        int started = 0;
        foreach (SessionTrack track in session.Tracks)
        {
            if (!track.IsPlaying && (only is null || only == track))
            {
                track.IsPlaying = true;
                started++;
            }
        }

        session.Watcher.OnStarted();
        if (started > 0)
        {
            FrontendLog.SessionPlays(session.Home.Log, session.Id, session.Mount.Name, session.ClientAddress, started, WayName);
        }
    }

    /// <summary>
    /// What RTP-Info says: for each track that starts now (or plays already), where it is; a track of which nothing true can be said is left out.
    /// </summary>
    public List<RtpInfoEntry> RtpInfo(ImmutableArray<TrackStart> tracks, SessionTrack? only, bool isPlaying, string baseUrl)
    {
        List<RtpInfoEntry> entries = [];
        foreach (TrackStart start in tracks)
        {
            if (session.TrackAt(start.Track) is { } track && track.IsPlaying == isPlaying && (only is null || only == track)
                && (start.SequenceNumber is not null || start.RtpTime is not null))
            {
                entries.Add(new RtpInfoEntry(baseUrl + track.Track.Control, start.SequenceNumber, start.RtpTime));
            }
        }

        return entries;
    }

    /// <summary>Nothing is sent any more when this returns.</summary>
    public void Stop()
    {
        _packetsDropped = PacketsDropped;
        _sent = Sent;
        _groupSent = null;
        session.Watcher.OnStopped();
        _granted?.Return();
        _granted = null;
        _ends?.ForEach(static end => end.Stop());
        _ends = null;
        foreach (UdpViewer viewer in session.Ports.Viewers)
        {
            _fanOut!.Remove(viewer);
        }

        foreach (TcpViewer viewer in _tcpViewers)
        {
            _fanOut!.Remove(viewer);
        }

        session.Ports.Viewers.Clear();
        _tcpViewers.Clear();
        _fanOut = null; // it goes with its last viewer
        StopTracks(session.Tracks);
    }

    /// <summary>The client's host says that nobody listens where RTP goes. True: the client has gone.</summary>
    /// <param name="port">Where it went.</param>
    /// <param name="heardMicros">When the client was last heard of.</param>
    public bool OnRtpPortClosed(in PeerAddress port, long heardMicros) => session.Replay is { } seat
        ? session.Ports.OnRtpClosed(port, seat.Datagrams, heardMicros)
        : _fanOut is { } fanOut && session.Ports.OnRtpClosed(port, fanOut.UdpPacketsByTrack, heardMicros);

    /// <summary>A NAT makes the track's RTP port another than announced: it goes there from now on.</summary>
    public void MoveRtp(SessionTrack track, in PeerAddress rtp)
    {
        session.Ports.OnRtpMoved(track, rtp);
        foreach (UdpViewer viewer in track.Track.IsBack ? [] : session.Ports.Viewers)
        {
            _fanOut!.MoveRtp(viewer, track.Track.Index, rtp);
        }

        FrontendLog.RtpMoved(session.Home.Log, session.Id, session.Mount.Name, rtp);
    }

    private static void StopTracks(IReadOnlyList<SessionTrack> tracks)
    {
        foreach (SessionTrack track in tracks)
        {
            track.Report.IsPaused |= track.IsPlaying;
            track.IsPlaying = false;
        }
    }

    /// <summary>One of several.</summary>
    private void Remove(Viewer viewer)
    {
        if (viewer is TcpViewer tcp)
        {
            _fanOut!.Remove(tcp);
            _tcpViewers.Remove(tcp);
        }
        else if (viewer is UdpViewer udp)
        {
            _fanOut!.Remove(udp);
            session.Ports.Viewers.Remove(udp);
        }
    }

    private void EndAt(Viewer viewer, List<SessionTrack> tracks, PlayGrant grant)
    {
        if (grant.EndMicros is { } endMicros)
        {
            (_ends ??= []).Add(new RangeEnd(session, viewer, tracks, endMicros + grant.DelayMicros, grant.EndsAt));
        }
    }

    private void SendSenderReport(SessionTrack track, PlayGrant grant)
    {
        foreach (TrackStart start in grant.Tracks)
        {
            if (start.Track == track.Track.Index && start.SenderReport is { } report && session.Shard.NowMicros >= track.RtcpClosedUntilMicros)
            {
                SessionRtcp.Send(track, report);
            }
        }
    }

    private void StartInterleaved(List<SessionTrack> starting, PlayGrant grant)
    {
        if (session.Carrier is not { } carrier)
        {
            grant.CatchUp?.Return();
            return;
        }

        byte[] rtp = new byte[session.Description.Tracks.Length];
        byte[] rtcp = new byte[session.Description.Tracks.Length];
        Array.Fill(rtp, TcpViewer.NoChannel);
        Array.Fill(rtcp, TcpViewer.NoChannel);
        foreach (SessionTrack track in starting)
        {
            rtp[track.Track.Index] = track.RtpChannel;
            rtcp[track.Track.Index] = track.RtcpChannel;
        }

        TcpViewer viewer = new(carrier.Stream, rtp, rtcp)
        {
            Way = session.Watcher.Way,
            AskedMicros = TakeAsked(),
            JoinSequence = grant.JoinSequence,
            CatchUp = grant.CatchUp,
            DelayMicros = grant.DelayMicros,
            EndMicros = grant.EndMicros,
            WaitsForRandomAccess = grant.WaitsForRandomAccess,
            MaxRandomAccessWait = grant.MaxRandomAccessWait,
        };
        _tcpViewers.Add(viewer);
        OpenFanOut().Add(viewer);
        EndAt(viewer, starting, grant);
    }

    private void StartUdp(List<SessionTrack> starting, PlayGrant grant)
    {
        UdpViewer viewer = new(session.Description.Tracks.Length)
        {
            AskedMicros = TakeAsked(),
            JoinSequence = grant.JoinSequence,
            CatchUp = grant.CatchUp,
            DelayMicros = grant.DelayMicros,
            EndMicros = grant.EndMicros,
            WaitsForRandomAccess = grant.WaitsForRandomAccess,
            MaxRandomAccessWait = grant.MaxRandomAccessWait,
        };
        foreach (SessionTrack track in starting)
        {
            viewer.SetTrack(track.Track.Index, track.Rtp, track.IsRaw ? default : track.Rtcp, track.RtcpClosedUntilMicros, track.Source, track.IsRaw);
        }

        session.Ports.Viewers.Add(viewer);
        OpenFanOut().Add(viewer);
        EndAt(viewer, starting, grant);
    }

    /// <summary>Of several viewers, one is measured.</summary>
    private long TakeAsked()
    {
        long asked = _askedMicros;
        _askedMicros = 0;
        return asked;
    }

    private FanOut OpenFanOut() => _fanOut ??= session.Home.FanOuts.For(session.Mount.Ring, session.Mount.Counters.On(session.Shard.Index));
}
