using System.Collections.Immutable;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Playing: the session's viewers in the fan-out of its shard, and its RTCP.</summary>
internal sealed partial class Session
{
    /// <summary>CNAME of the packets that we send in our own name.</summary>
    private const string Cname = "FastRtspProxy";

    /// <summary>One for each PLAY: a player that starts its tracks one by one has several.</summary>
    private readonly List<TcpViewer> _tcpViewers = [];
    private FanOut? _fanOut;

    /// <summary>A granted instant start whose answer is not written yet; with a connection that breaks just then it never is.</summary>
    private CatchUp? _granted;
    private long _packetsDropped;

    /// <summary>Packets left out because the client or its way was too slow, or this machine.</summary>
    public long PacketsDropped
    {
        get
        {
            long dropped = _packetsDropped;
            foreach (UdpViewer viewer in Ports.Viewers)
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

    /// <summary>True when the track (null: every track) is being sent.</summary>
    public bool IsPlaying(SessionTrack? only) => only is null ? _tracks.TrueForAll(static track => track.IsPlaying) : only.IsPlaying;

    /// <summary>True when a track other than this one is being sent.</summary>
    public bool PlaysOthersThan(SessionTrack one) => _tracks.Exists(track => track.IsPlaying && track != one);

    /// <summary>Asks the mount to play. Null: the session ended meanwhile.</summary>
    public async Task<PlayGrant?> JoinAsync()
    {
        if (!WasPlayed && !_home.Places.TryKeep(Place))
        {
            return null; // it had to make room; its end is under way
        }

        bool wasPlaying = State == SessionState.Playing;
        Advance(SessionEvent.Play);
        PlayGrant grant = await Mount.JoinAsync(this, new PlayWish(_start, TrackMask, _wasPaused));
        if (State != SessionState.Starting)
        {
            grant.CatchUp?.Return();
            Mount.Leave(this);
            return null;
        }

        if (grant.Outcome == PlayOutcome.Playing)
        {
            _granted?.Return();
            _granted = grant.CatchUp;
            Advance(SessionEvent.Granted);
            if (!WasPlayed)
            {
                WasPlayed = true;
                Connection?.UpdatePlace();
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

    /// <summary>What RTP-Info says: for each track that starts now (or plays already), where it is; a track of which nothing true can be said is left out.</summary>
    public List<RtpInfoEntry> RtpInfo(ImmutableArray<TrackStart> tracks, SessionTrack? only, bool isPlaying, string baseUrl)
    {
        List<RtpInfoEntry> entries = [];
        foreach (TrackStart start in tracks)
        {
            if (TrackAt(start.Track) is { } track && track.IsPlaying == isPlaying && (only is null || only == track)
                && (start.SequenceNumber is not null || start.RtpTime is not null))
            {
                entries.Add(new RtpInfoEntry(baseUrl + track.Track.Control, start.SequenceNumber, start.RtpTime));
            }
        }

        return entries;
    }

    /// <summary>The PLAY answer is written: sender reports for the joiner, then media from the join sequence on.</summary>
    public void StartMedia(PlayGrant grant, SessionTrack? only)
    {
        _granted = null;
        if (State != SessionState.Playing)
        {
            grant.CatchUp?.Return();
            return;
        }

        List<SessionTrack> starting = _tracks.FindAll(track => !track.IsPlaying && (only is null || only == track));
        foreach (SessionTrack track in starting)
        {
            track.IsPlaying = true;
            foreach (TrackStart start in grant.Tracks)
            {
                if (start.Track == track.Track.Index && start.SenderReport is { } report && Shard.NowMicros >= track.RtcpClosedUntilMicros)
                {
                    SendRtcp(track, report);
                }
            }
        }

        if (starting.Count == 0)
        {
            grant.CatchUp?.Return();
            return;
        }

        if (IsInterleaved)
        {
            StartInterleaved(starting, grant);
        }
        else
        {
            StartUdp(starting, grant);
        }

        FrontendLog.SessionPlays(_home.Log, Id, Mount.Name, ClientAddress, starting.Count, IsInterleaved ? "TCP" : "UDP");
    }

    /// <summary>Stops the media of everything; the mount may forget the client.</summary>
    public void Pause()
    {
        bool played = State == SessionState.Playing;
        Advance(SessionEvent.Pause);
        StopMedia();
        if (played)
        {
            _wasPaused = true;
            Mount.Leave(this);
        }
    }

    /// <summary>The client's host says that nobody listens where RTP goes.</summary>
    public void OnRtpPortClosed(in PeerAddress port)
    {
        if (_fanOut is { } fanOut && Ports.OnRtpClosed(port, fanOut.UdpPacketsByTrack, _aliveMicros))
        {
            End(SessionEnd.Unreachable);
        }
    }

    /// <summary>A NAT makes the track's RTP port another than announced: it goes there from now on.</summary>
    public void MoveRtp(SessionTrack track, in PeerAddress rtp)
    {
        Ports.OnRtpMoved(track, rtp);
        foreach (UdpViewer viewer in Ports.Viewers)
        {
            _fanOut!.MoveRtp(viewer, track.Track.Index, rtp);
        }

        FrontendLog.RtpMoved(_home.Log, Id, Mount.Name, rtp);
    }

    private void StartInterleaved(List<SessionTrack> starting, PlayGrant grant)
    {
        if (Connection is not { } connection)
        {
            grant.CatchUp?.Return();
            return;
        }

        byte[] rtp = new byte[Description.Tracks.Length];
        byte[] rtcp = new byte[Description.Tracks.Length];
        Array.Fill(rtp, TcpViewer.NoChannel);
        Array.Fill(rtcp, TcpViewer.NoChannel);
        foreach (SessionTrack track in starting)
        {
            rtp[track.Track.Index] = track.RtpChannel;
            rtcp[track.Track.Index] = track.RtcpChannel;
        }

        TcpViewer viewer = new(connection.Stream, rtp, rtcp) { JoinSequence = grant.JoinSequence, CatchUp = grant.CatchUp, WaitsForRandomAccess = grant.WaitsForRandomAccess, MaxRandomAccessWait = grant.MaxRandomAccessWait };
        _tcpViewers.Add(viewer);
        OpenFanOut().Add(viewer);
    }

    private void StartUdp(List<SessionTrack> starting, PlayGrant grant)
    {
        UdpViewer viewer = new(Description.Tracks.Length)
        {
            JoinSequence = grant.JoinSequence,
            CatchUp = grant.CatchUp,
            WaitsForRandomAccess = grant.WaitsForRandomAccess,
            MaxRandomAccessWait = grant.MaxRandomAccessWait,
        };
        foreach (SessionTrack track in starting)
        {
            viewer.SetTrack(track.Track.Index, track.Rtp, track.IsRaw ? default : track.Rtcp, track.RtcpClosedUntilMicros, track.Source, track.IsRaw);
        }

        Ports.Viewers.Add(viewer);
        OpenFanOut().Add(viewer);
    }

    private FanOut OpenFanOut() => _fanOut ??= _home.FanOuts.For(Mount.Ring);

    private void StopMedia()
    {
        _packetsDropped = PacketsDropped;
        _granted?.Return();
        _granted = null;
        foreach (UdpViewer viewer in Ports.Viewers)
        {
            _fanOut!.Remove(viewer);
        }

        foreach (TcpViewer viewer in _tcpViewers)
        {
            _fanOut!.Remove(viewer);
        }

        Ports.Viewers.Clear();
        _tcpViewers.Clear();
        _fanOut = null; // it goes with its last viewer
        foreach (SessionTrack track in _tracks)
        {
            track.Report.IsPaused |= track.IsPlaying;
            track.IsPlaying = false;
        }
    }

    private void SendBye(SessionEnd cause)
    {
        string reason = cause switch
        {
            SessionEnd.Expired => "session timed out",
            SessionEnd.Stopping => "server is stopping",
            _ => "stream ended",
        };
        Span<byte> compound = stackalloc byte[128];
        foreach (SessionTrack track in _tracks)
        {
            int bytes = RtcpWriter.WriteReceiverReport(compound, track.Track.Ssrc);
            bytes += RtcpWriter.WriteSdesCname(compound[bytes..], track.Track.Ssrc, Cname);
            bytes += RtcpWriter.WriteBye(compound[bytes..], track.Track.Ssrc, reason);
            SendRtcp(track, compound[..bytes]);
        }
    }

    private void SendRtcp(SessionTrack track, ReadOnlySpan<byte> compound)
    {
        if (track.IsRaw)
        {
            return;
        }

        if (!track.IsInterleaved)
        {
            _ = Shard.Media?.SendRtcp(compound, track.Rtcp, track.Source);
        }
        else
        {
            Connection?.SendFrame(track.RtcpChannel, compound);
        }
    }
}
