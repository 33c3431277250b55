using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which session an RTCP datagram belongs to, on one shard: by (address, port). The newest SETUP for an address wins. A source that nobody announced (a NAT on the
/// way, or a player that sends from another port) is latched only when its host has exactly one session that still waits for its first RTCP.
/// </summary>
internal sealed class RtcpDirectory(FrontEndCounters counters)
{
    private readonly Dictionary<PeerAddress, SessionTrack> _bySource = [];
    private readonly Dictionary<PeerAddress, SessionTrack> _byRtp = [];
    private readonly Dictionary<PeerAddress, List<SessionTrack>> _byHost = [];

    public void Add(SessionTrack track)
    {
        _bySource[track.Rtcp] = track;
        _byRtp[track.Rtp] = track;
        PeerAddress host = track.Rtcp.WithPort(0);
        if (!_byHost.TryGetValue(host, out List<SessionTrack>? tracks))
        {
            _byHost[host] = tracks = [];
        }

        tracks.Add(track);
    }

    public void Remove(SessionTrack track)
    {
        if (_bySource.TryGetValue(track.Rtcp, out SessionTrack? owner) && owner == track)
        {
            _bySource.Remove(track.Rtcp);
        }

        if (_byRtp.TryGetValue(track.Rtp, out owner) && owner == track)
        {
            _byRtp.Remove(track.Rtp);
        }

        PeerAddress host = track.Rtcp.WithPort(0);
        if (_byHost.TryGetValue(host, out List<SessionTrack>? tracks) && tracks.Remove(track) && tracks.Count == 0)
        {
            _byHost.Remove(host);
        }
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
        track.IsLatched = true;
        track.Session.Touch();
    }

    /// <summary>A datagram on the RTP port from where a track's RTP goes: the client is there.</summary>
    public void OnPunch(in PeerAddress from)
    {
        if (_byRtp.TryGetValue(from, out SessionTrack? track))
        {
            track.Session.Touch();
        }
    }

    /// <summary>The network says that nobody listens there.</summary>
    public void OnUnreachable(in PeerAddress peer)
    {
        if (_byRtp.TryGetValue(peer, out SessionTrack? track) || _bySource.TryGetValue(peer, out track))
        {
            track.Session.OnUnreachable();
        }
    }

    private SessionTrack? Latch(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (!_byHost.TryGetValue(from.WithPort(0), out List<SessionTrack>? tracks) || !ClientRtcp.IsRtcp(data))
        {
            return null;
        }

        SessionTrack? candidate = null;
        foreach (SessionTrack track in tracks)
        {
            if (track.IsLatched)
            {
                continue;
            }

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

        if (candidate is null)
        {
            return null;
        }

        if (_bySource.TryGetValue(candidate.Rtcp, out SessionTrack? owner) && owner == candidate)
        {
            _bySource.Remove(candidate.Rtcp);
        }

        candidate.Session.OnRtcpMoved(candidate, from);
        _bySource[from] = candidate;
        return candidate;
    }
}
