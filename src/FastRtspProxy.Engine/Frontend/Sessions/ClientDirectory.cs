using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which session a client's datagram belongs to, on one shard: by (address, port), which one session holds (<see cref="UdpAddresses"/>); of several
/// tracks of that session at one address, the newest. A source of RTCP that nobody announced (a NAT on the way, or a player that sends from another
/// port) is latched only when its host has exactly one session that still waits for its first RTCP. What comes to the RTP port is
/// <see cref="RtpDirectory"/>'s.
/// </summary>
internal sealed class ClientDirectory(FrontendCounters counters, UdpAddresses addresses)
{
    private readonly Dictionary<PeerAddress, SessionTrack> _bySource = [];
    private readonly RtpDirectory _rtp = new(addresses);

    /// <summary>The tracks that no RTCP has come for.</summary>
    private readonly WaitingTracks _withoutRtcp = new();

    /// <summary>The same for back channels: their clients' reports are those of senders, once they talk.</summary>
    private readonly WaitingTracks _talkersWithoutRtcp = new();

    /// <summary>Written on the shard only.</summary>
    private long _closedRtcpPorts;

    /// <summary>How often a client's host said of a port where we send RTCP that nobody listens there. Any thread.</summary>
    public long ClosedRtcpPorts => Volatile.Read(ref _closedRtcpPorts);

    public void Add(SessionTrack track)
    {
        track.IsListed = true;
        _bySource[track.Rtcp] = track;
        if (!track.IsRaw)
        {
            WaitingFor(track).Add(track.Rtcp, track); // who gets no RTP reports nothing of it: what others of the host send is not its own
        }

        _rtp.Add(track);
    }

    public void Remove(SessionTrack track)
    {
        track.IsListed = false;
        Remove(track.Rtcp, track);
        WaitingFor(track).Remove(track.Rtcp, track);
        _rtp.Remove(track);
    }

    /// <summary>A datagram on the shard's RTCP port.</summary>
    public void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (data.Length > FrontendLimits.FrameBytesMax)
        {
            counters.OnRtcpMalformed();
            return;
        }

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
        track.Session.Replay?.OnViewerRtcp(track, data);
        if (!track.IsLatched)
        {
            track.IsLatched = true;
            WaitingFor(track).Remove(track.Rtcp, track);
        }

        track.Session.Touch();
        track.Session.Ports.OnRtcp(track);
    }

    /// <inheritdoc cref="RtpDirectory.OnPunch"/>
    public Talker? OnPunch(ReadOnlySpan<byte> data, in PeerAddress from) => _rtp.OnPunch(data, from);

    /// <inheritdoc cref="RtpDirectory.OnPortClosed"/>
    public void OnRtpPortClosed(in PeerAddress port, uint? ssrc) => _rtp.OnPortClosed(port, ssrc);

    /// <summary>
    /// The client's host says that nobody listens where RTCP goes. A packet that is quoted must be ours, as in
    /// <see cref="RtpDirectory.OnPortClosed"/>.
    /// </summary>
    public void OnRtcpPortClosed(in PeerAddress port, uint? ssrc)
    {
        if (_bySource.TryGetValue(port, out SessionTrack? track) && SessionRtcp.IsOurs(track.Session, ssrc))
        {
            track.Session.Ports.OnRtcpClosed(port);
            Volatile.Write(ref _closedRtcpPorts, _closedRtcpPorts + 1);
        }
    }

    /// <summary>Takes a track out; another track of its session at the same address takes its place.</summary>
    private void Remove(in PeerAddress address, SessionTrack track)
    {
        if (!_bySource.TryGetValue(address, out SessionTrack? owner) || owner != track)
        {
            return;
        }

        _bySource.Remove(address);
        foreach (SessionTrack other in track.Session.Tracks)
        {
            if (other.IsListed && other.Rtcp.Equals(address))
            {
                _bySource[address] = other;
            }
        }
    }

    private WaitingTracks WaitingFor(SessionTrack track) => track.Track.IsBack ? _talkersWithoutRtcp : _withoutRtcp;

    private SessionTrack? Latch(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (!ClientRtcp.IsRtcp(data, out bool isOfSender))
        {
            return null;
        }

        // Only who talks is a sender, and its reports must not draw those of a track that it receives to where it talks from.
        bool talks = isOfSender && _talkersWithoutRtcp.OfHost(from) is not null;
        if ((talks ? _talkersWithoutRtcp : _withoutRtcp).OfOneSession(from) is not { } tracks)
        {
            return null;
        }

        SessionTrack? candidate = null;
        bool isReported = false;
        foreach (SessionTrack track in tracks)
        {
            // Of several waiting tracks of the one session, the report is taken for the track that it is about; a report about no track for the one
            // whose punch came from the port below.
            bool isAbout = ClientRtcp.Reports(data, track.Track.Ssrc);
            if (candidate is null || isAbout || (!isReported && track.IsPunched && track.Rtp.Port + 1 == from.Port))
            {
                candidate = track;
                isReported |= isAbout;
            }
        }

        // A session on another shard may hold the address.
        if (candidate is null || !addresses.TryHold(from, candidate.Session))
        {
            return null;
        }

        PeerAddress announced = candidate.Rtcp;
        WaitingFor(candidate).Remove(announced, candidate);
        candidate.Session.Ports.OnRtcpMoved(candidate, from);
        candidate.IsLatched = true;
        Remove(announced, candidate);
        _bySource[from] = candidate;
        _rtp.OnEvidence(candidate.Session);
        return candidate;
    }
}
