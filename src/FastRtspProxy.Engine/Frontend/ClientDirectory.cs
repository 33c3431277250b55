using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which session a client's datagram belongs to, on one shard: by (address, port), which one session holds (<see cref="UdpAddresses"/>); of several tracks of that session
/// at one address, the newest. A source that nobody announced (a NAT on the way, or a player that sends from another port) is latched only when its host has exactly one
/// session that still waits for its first RTCP, or for its first punch at the RTP port.
/// </summary>
internal sealed class ClientDirectory(FrontEndCounters counters, UdpAddresses addresses)
{
    private readonly Dictionary<PeerAddress, SessionTrack> _bySource = [];
    private readonly Dictionary<PeerAddress, SessionTrack> _byRtp = [];

    /// <summary>The tracks that no RTCP has come for.</summary>
    private readonly WaitingTracks _withoutRtcp = new();

    /// <summary>The tracks that nothing has come for to the RTP port.</summary>
    private readonly WaitingTracks _withoutPunch = new();

    /// <summary>Written on the shard only.</summary>
    private long _closedRtcpPorts;

    /// <summary>How often a client's host said of a port where we send RTCP that nobody listens there. Any thread.</summary>
    public long ClosedRtcpPorts => Volatile.Read(ref _closedRtcpPorts);

    public void Add(SessionTrack track)
    {
        track.IsListed = true;
        _bySource[track.Rtcp] = track;
        _byRtp[track.Rtp] = track;
        _withoutRtcp.Add(track.Rtcp, track);
        _withoutPunch.Add(track.Rtp, track);
    }

    public void Remove(SessionTrack track)
    {
        track.IsListed = false;
        Remove(_bySource, track.Rtcp, track, static other => other.Rtcp);
        Remove(_byRtp, track.Rtp, track, static other => other.Rtp);
        _withoutRtcp.Remove(track.Rtcp, track);
        _withoutPunch.Remove(track.Rtp, track);
    }

    /// <summary>A datagram on the shard's RTCP port.</summary>
    public void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        SessionTrack? track = _bySource.TryGetValue(from, out SessionTrack? known) ? known : Latch(data, from);
        if (track is null)
        {
            counters.OnRtcpStray();
            return;
        }

        if (!ClientRtcp.TryRead(data, track.Session))
        {
            counters.OnRtcpMalformed();
            return;
        }

        counters.OnRtcp();
        if (!track.IsLatched)
        {
            track.IsLatched = true;
            _withoutRtcp.Remove(track.Rtcp, track);
        }

        track.Session.Touch();
        track.Session.Ports.OnRtcp(track);
    }

    /// <summary>
    /// A datagram on the shard's RTP port. From where a track's RTP goes: the client is there. From elsewhere on its host: a NAT on the way changed the port, and RTP goes where the punch
    /// came from, once. When the session plays already, that takes evidence: its RTCP came from another port than announced, too, or the announced RTP port is closed.
    /// </summary>
    public void OnPunch(in PeerAddress from)
    {
        if (_byRtp.TryGetValue(from, out SessionTrack? known))
        {
            known.Session.Touch();
            foreach (SessionTrack track in known.Session.Tracks)
            {
                if (track.IsListed && track.Rtp.Equals(from))
                {
                    _withoutPunch.Remove(from, track);
                }
            }
        }
        else if (_withoutPunch.OfOneSession(from) is { } waiting)
        {
            if (!waiting[0].Session.WasPlayed || waiting[0].Session.Ports.HasMoved)
            {
                MoveRtp(waiting, from);
            }
            else
            {
                waiting[0].Session.Ports.RememberPunch(from);
            }
        }
    }

    /// <summary>The client's host says that nobody listens where RTP goes. A packet that is quoted must be ours: whoever made the answer up does not know its SSRC.</summary>
    public void OnRtpPortClosed(in PeerAddress port, uint? ssrc)
    {
        if (_byRtp.TryGetValue(port, out SessionTrack? track) && IsOf(track.Session, ssrc))
        {
            track.Session.OnRtpPortClosed(port);
            TryRememberedPunches(track.Session);
        }
    }

    /// <inheritdoc cref="OnRtpPortClosed"/>
    public void OnRtcpPortClosed(in PeerAddress port, uint? ssrc)
    {
        if (_bySource.TryGetValue(port, out SessionTrack? track) && IsOf(track.Session, ssrc))
        {
            track.Session.Ports.OnRtcpClosed(port);
            Volatile.Write(ref _closedRtcpPorts, _closedRtcpPorts + 1);
        }
    }

    private static bool IsOf(Session session, uint? ssrc)
    {
        if (ssrc is null)
        {
            return true;
        }

        foreach (SessionTrack track in session.Tracks)
        {
            if (track.Track.Ssrc == ssrc)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a track out; another track of its session at the same address takes its place.</summary>
    private static void Remove(Dictionary<PeerAddress, SessionTrack> map, in PeerAddress address, SessionTrack track, Func<SessionTrack, PeerAddress> addressOf)
    {
        if (!map.TryGetValue(address, out SessionTrack? owner) || owner != track)
        {
            return;
        }

        map.Remove(address);
        foreach (SessionTrack other in track.Session.Tracks)
        {
            if (other.IsListed && addressOf(other).Equals(address))
            {
                map[address] = other;
            }
        }
    }

    /// <summary>What came before the evidence did.</summary>
    private void TryRememberedPunches(Session session)
    {
        while (session.Ports.TakePunch() is { } from)
        {
            if (_withoutPunch.OfOneSession(from) is { } waiting && waiting[0].Session == session)
            {
                MoveRtp(waiting, from);
            }
        }
    }

    /// <summary>RTP of one of these tracks of a session goes there from now on, unless the address is known as another's, or as the session's own for something else.</summary>
    private void MoveRtp(List<SessionTrack> waiting, in PeerAddress from)
    {
        // The one whose RTCP comes from the next port; else ffmpeg and others punch in the order of their SETUPs.
        SessionTrack track = waiting[0];
        foreach (SessionTrack other in waiting)
        {
            if (other.IsLatched && other.Rtcp.Port == from.Port + 1)
            {
                track = other;
                break;
            }
        }

        if (addresses.HolderOf(from) is not null || !addresses.TryHold(from, track.Session))
        {
            return;
        }

        PeerAddress announced = track.Rtp;
        _withoutPunch.Remove(announced, track);
        track.Session.MoveRtp(track, from);
        Remove(_byRtp, announced, track, static other => other.Rtp);
        _byRtp[from] = track;
        track.Session.Touch();
    }

    private SessionTrack? Latch(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (_withoutRtcp.OfOneSession(from) is not { } tracks || !ClientRtcp.IsRtcp(data))
        {
            return null;
        }

        SessionTrack? candidate = null;
        foreach (SessionTrack track in tracks)
        {
            // Of several waiting tracks of the one session, the one that the report is about.
            if (candidate is null || ClientRtcp.Reports(data, track.Track.Ssrc))
            {
                candidate = track;
            }
        }

        // Of a session on another shard, perhaps.
        if (candidate is null || !addresses.TryHold(from, candidate.Session))
        {
            return null;
        }

        PeerAddress announced = candidate.Rtcp;
        _withoutRtcp.Remove(announced, candidate);
        candidate.Session.Ports.OnRtcpMoved(candidate, from);
        candidate.IsLatched = true;
        Remove(_bySource, announced, candidate, static other => other.Rtcp);
        _bySource[from] = candidate;
        TryRememberedPunches(candidate.Session);
        return candidate;
    }
}
