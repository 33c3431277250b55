using FastRtspProxy.Net;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>Where a client wants a track of the recording.</summary>
internal sealed class ReplayTrack
{
    /// <summary>Over TCP; else <see cref="Sockets"/>.</summary>
    public byte RtpChannel { get; init; }

    /// <inheritdoc cref="RtpChannel"/>
    public byte RtcpChannel { get; init; }

    /// <summary>RTP and RTCP; null: over TCP.</summary>
    public (ReplaySocket Rtp, ReplaySocket Rtcp)? Sockets { get; init; }

    /// <summary>Where the client waits for RTP, and for RTCP.</summary>
    public PeerAddress RtpPeer { get; init; }

    /// <inheritdoc cref="RtpPeer"/>
    public PeerAddress RtcpPeer { get; init; }

    public void Close()
    {
        Sockets?.Rtp.Close();
        Sockets?.Rtcp.Close();
    }
}
