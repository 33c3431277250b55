using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which session an RTCP datagram belongs to, on one shard: by (address, port), which one session holds (<see cref="UdpAddresses"/>); of several tracks of that session
/// at one address, the newest. A source that nobody announced (a NAT on the way, or a player that sends from another port) is latched only when its host has exactly one
/// session that still waits for its first RTCP.
/// </summary>
internal sealed class RtcpDirectory(FrontEndCounters counters, UdpAddresses addresses)
{
    private readonly Dictionary<PeerAddress, SessionTrack> _bySource = [];
    private readonly Dictionary<PeerAddress, SessionTrack> _byRtp = [];

    /// <summary>By host (port 0): the tracks that no RTCP has come for; a host whose tracks are all known has no entry.</summary>
    private readonly Dictionary<PeerAddress, List<SessionTrack>> _waiting = [];

    /// <summary>Written on the shard only.</summary>
    private long _closedRtcpPorts;

    /// <summary>How often a client's host said of a port where we send RTCP that nobody listens there. Any thread.</summary>
    public long ClosedRtcpPorts => Volatile.Read(ref _closedRtcpPorts);

    public void Add(SessionTrack track)
    {
        track.IsListed = true;
        _bySource[track.Rtcp] = track;
        _byRtp[track.Rtp] = track;
        PeerAddress host = track.Rtcp.WithPort(0);
        if (!_waiting.TryGetValue(host, out List<SessionTrack>? tracks))
        {
            _waiting[host] = tracks = [];
        }

        tracks.Add(track);
    }

    public void Remove(SessionTrack track)
    {
        track.IsListed = false;
        Remove(_bySource, track.Rtcp, track, static other => other.Rtcp);
        Remove(_byRtp, track.Rtp, track, static other => other.Rtp);
        StopWaiting(track);
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
            StopWaiting(track);
        }

        track.Session.Touch();
        track.Session.Ports.OnRtcp(track);
    }

    /// <summary>A datagram on the RTP port from where a track's RTP goes: the client is there.</summary>
    public void OnPunch(in PeerAddress from)
    {
        if (_byRtp.TryGetValue(from, out SessionTrack? track))
        {
            track.Session.Touch();
        }
    }

    /// <summary>The client's host says that nobody listens where RTP goes. A packet that is quoted must be ours: whoever made the answer up does not know its SSRC.</summary>
    public void OnRtpPortClosed(in PeerAddress port, uint? ssrc)
    {
        if (_byRtp.TryGetValue(port, out SessionTrack? track) && IsOf(track.Session, ssrc))
        {
            track.Session.OnRtpPortClosed(port);
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

    private void StopWaiting(SessionTrack track)
    {
        PeerAddress host = track.Rtcp.WithPort(0);
        if (_waiting.TryGetValue(host, out List<SessionTrack>? tracks) && tracks.Remove(track) && tracks.Count == 0)
        {
            _waiting.Remove(host);
        }
    }

    private SessionTrack? Latch(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (!_waiting.TryGetValue(from.WithPort(0), out List<SessionTrack>? tracks) || !ClientRtcp.IsRtcp(data))
        {
            return null;
        }

        SessionTrack? candidate = null;
        foreach (SessionTrack track in tracks)
        {
            if (candidate is not null && candidate.Session != track.Session)
            {
                return null;
            }

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
        candidate.Session.Ports.OnRtcpMoved(candidate, from);
        Remove(_bySource, announced, candidate, static other => other.Rtcp);
        _bySource[from] = candidate;
        return candidate;
    }
}
