using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>One track of a UDP viewer.</summary>
internal struct UdpTrack
{
    public PeerAddress Rtp;
    public PeerAddress Rtcp;

    /// <summary>What RTP carries goes without RTP, and no report (an empty <see cref="Rtcp"/>).</summary>
    public bool IsRaw;

    /// <summary>Which of our addresses both leave from; empty: the kernel's choice.</summary>
    public PeerAddress Source;

    /// <summary>Until then no report goes to <see cref="Rtcp"/>; 0: they go.</summary>
    public long RtcpClosedUntilMicros;

    /// <summary>Its place in the track's list of in-step viewers; -1: not there.</summary>
    public int Slot;
}
