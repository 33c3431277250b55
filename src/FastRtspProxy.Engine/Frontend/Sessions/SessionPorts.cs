using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A session's part over UDP: the client's addresses that it holds, and what the client's host says about them. On the session's shard only.
/// </summary>
internal sealed class SessionPorts(Session session, UdpAddresses addresses)
{
    /// <summary>No report goes to a closed RTCP port for so long: six intervals of them.</summary>
    private static readonly long s_rtcpPauseMicros = (long)TimeSpan.FromSeconds(30).TotalMicroseconds;

    /// <summary>Made by the first word of the client's host that an RTP port is closed.</summary>
    private RtpPortWatch? _watch;

    /// <summary>
    /// When a client's host says that an announced RTP port is closed, that speaks for a NAT for so long; a punch is remembered as long.
    /// </summary>
    private static readonly long s_evidenceMicros = (long)TimeSpan.FromSeconds(10).TotalMicroseconds;

    /// <summary>RTCP has come from another port than announced. Never false again.</summary>
    private bool _isRtcpMoved;

    /// <summary>RTP goes to another port than announced. Never false again.</summary>
    private bool _isRtpMoved;

    /// <summary>
    /// Until then it is evidence of a NAT that the client's host said of an announced RTP port that nobody listens there; 0: it has said so of none.
    /// </summary>
    private long _rtpClosedUntilMicros;

    /// <summary>
    /// Evidence that the announced ports are not those that the client has on our side of a NAT: RTCP comes from another one, or nobody listens where
    /// RTP goes.
    /// </summary>
    public bool IsBehindNat => _isRtcpMoved || session.Shard.NowMicros < _rtpClosedUntilMicros;

    /// <summary>The same for what a talker sends, for which it is evidence too that RTP goes to another port than announced.</summary>
    public bool SendsThroughNat => _isRtpMoved || IsBehindNat;

    /// <summary>One for each PLAY: a player that starts its tracks one by one has several. Empty while nothing is sent.</summary>
    public List<UdpViewer> Viewers { get; } = [];

    /// <summary>Holds both addresses of a track that is not listed yet; false: neither.</summary>
    public bool TryHold(SessionTrack track)
    {
        if (!addresses.TryHold(track.Rtp, session))
        {
            return false;
        }

        if (addresses.TryHold(track.Rtcp, session))
        {
            return true;
        }

        Release(track.Rtp);
        return false;
    }

    /// <summary>Gives an address up, unless a listed track of the session is at it.</summary>
    public void Release(in PeerAddress address)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (track.IsListed && (track.Rtp.Equals(address) || track.Rtcp.Equals(address)))
            {
                return;
            }
        }

        addresses.Release(address, session);
    }

    /// <summary>RTCP of a track: its port is open.</summary>
    public void OnRtcp(SessionTrack track)
    {
        if (track.RtcpClosedUntilMicros != 0)
        {
            CloseRtcp(track.Rtcp, 0);
        }
    }

    /// <summary>A NAT, or the player's own mind, makes the track's RTCP come from elsewhere than announced: ours goes there from now on.</summary>
    public void OnRtcpMoved(SessionTrack track, in PeerAddress rtcp)
    {
        PeerAddress announced = track.Rtcp;
        _isRtcpMoved = true;
        track.Rtcp = rtcp;
        track.RtcpClosedUntilMicros = 0;
        Release(announced);
        foreach (UdpViewer viewer in track.Track.IsBack ? [] : Viewers)
        {
            ref UdpTrack sent = ref viewer.Tracks[track.Track.Index];
            if (!sent.Rtp.IsEmpty)
            {
                sent.Rtcp = rtcp;
                sent.RtcpClosedUntilMicros = 0;
            }
        }
    }

    /// <summary>RTP goes where a punch came from. The fan-out is told by the session.</summary>
    public void OnRtpMoved(SessionTrack track, in PeerAddress rtp)
    {
        PeerAddress announced = track.Rtp;
        track.Rtp = rtp;
        Release(announced);
        _isRtpMoved = true;
        _watch = track.Track.IsBack ? _watch : null; // the reports were about the announced port, and RTP goes to another now
    }

    /// <summary>
    /// The client's host says that nobody listens where RTCP goes: reports cease for a while, and that is all. Many players have no use for them.
    /// </summary>
    public void OnRtcpClosed(in PeerAddress port) => CloseRtcp(port, session.Shard.NowMicros + s_rtcpPauseMicros);

    /// <summary>The client's host says that nobody listens where RTP goes. True: the client has gone.</summary>
    /// <param name="port">Where it went.</param>
    /// <param name="sent">By track, the packets that the fan-out has sent.</param>
    /// <param name="heardMicros">When the client was last heard of.</param>
    public bool OnRtpClosed(in PeerAddress port, ReadOnlySpan<long> sent, long heardMicros)
    {
        uint closed = 0;
        uint playing = 0;
        bool isAnnounced = false;
        foreach (SessionTrack track in session.Tracks)
        {
            uint bit = track.IsPlaying && !track.Track.IsBack ? 1u << track.Track.Index : 0;
            playing |= bit;
            closed |= track.Rtp.Equals(port) ? bit : 0;
            isAnnounced |= bit != 0 && !track.IsPunched && track.Rtp.Equals(port);
        }

        if (closed == 0)
        {
            return false; // nothing is sent there: the word is late, or made up
        }

        if (isAnnounced)
        {
            _rtpClosedUntilMicros = session.Shard.NowMicros + s_evidenceMicros;
        }

        _watch ??= new RtpPortWatch();
        return _watch.OnClosed(closed, playing, sent, heardMicros, session.Shard.NowMicros);
    }

    private void CloseRtcp(in PeerAddress port, long untilMicros)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (!track.IsListed || !track.Rtcp.Equals(port))
            {
                continue;
            }

            track.RtcpClosedUntilMicros = untilMicros;
            foreach (UdpViewer viewer in track.Track.IsBack ? [] : Viewers)
            {
                viewer.Tracks[track.Track.Index].RtcpClosedUntilMicros = untilMicros;
            }
        }
    }
}
