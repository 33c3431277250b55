using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>One track that a session has set up, and how it travels.</summary>
internal sealed class SessionTrack(Session session, MountTrack track)
{
    public Session Session { get; } = session;

    public MountTrack Track { get; } = track;

    /// <summary>Of a back channel; null: it is a track that is sent to the client.</summary>
    public Talker? Talker { get; } = track is { IsBack: true } && session.Mount.Talk is { } desk
        ? new Talker(session, desk, track)
        : null;

    /// <summary>In the RTSP connection; else over UDP.</summary>
    public bool IsInterleaved { get; init; }

    /// <summary>Where RTP goes over UDP: as announced, or where a punch came from behind a NAT.</summary>
    public PeerAddress Rtp { get; set; }

    /// <summary>Where RTCP goes over UDP, and comes from unless a NAT changed it; then the address that was latched.</summary>
    public PeerAddress Rtcp { get; set; }

    /// <summary>The client announced one port for RTP and RTCP.</summary>
    public bool HasOnePort { get; init; }

    /// <summary>Which of our addresses RTP and RTCP leave from (<see cref="SourceAddress"/>); empty: the kernel's choice.</summary>
    public PeerAddress Source { get; init; }

    /// <summary>The client gets the transport stream alone, over UDP without RTP's header, and no RTCP.</summary>
    public bool IsRaw { get; init; }

    /// <summary>The group that it is sent to, for all who listen; null: it goes to the client alone.</summary>
    public GroupSeat? Group { get; init; }

    /// <summary>It goes to ports of the client's.</summary>
    public bool HasPorts => !IsInterleaved && Group is null;

    /// <summary>The channel of RTP when interleaved.</summary>
    public byte RtpChannel { get; init; }

    /// <inheritdoc cref="RtpChannel"/>
    public byte RtcpChannel { get; init; }

    /// <summary>RTCP has come from <see cref="Rtcp"/>: no other address can take its place any more.</summary>
    public bool IsLatched { get; set; }

    /// <summary>A datagram has come from <see cref="Rtp"/> to our RTP port: no other address can take its place any more.</summary>
    public bool IsPunched { get; set; }

    /// <summary>
    /// The session's shard knows it by its UDP addresses (<see cref="ClientDirectory"/>); false when it is interleaved or was taken out.
    /// </summary>
    public bool IsListed { get; set; }

    /// <summary>
    /// Until then no report is sent to <see cref="Rtcp"/>, because the client's host says that nobody listens there; 0: reports are sent.
    /// </summary>
    public long RtcpClosedUntilMicros { get; set; }

    /// <summary>True while its media is sent.</summary>
    public bool IsPlaying { get; set; }

    /// <summary>The client's last word about this track.</summary>
    public ClientReport Report;
}
