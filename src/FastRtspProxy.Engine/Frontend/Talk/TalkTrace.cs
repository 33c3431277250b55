using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The newest of what looks like RTP from a port that nobody announced. One such datagram proves nothing: to open the way through a NAT players send
/// whatever stands in their memory. Whoever talks goes on.
/// </summary>
/// <param name="Ssrc">Its source.</param>
/// <param name="Number">Its sequence number.</param>
internal readonly record struct TalkTrace(uint Ssrc, ushort Number)
{
    /// <summary>So far behind the packet before one may be, where some are lost.</summary>
    private const int SkippedMax = 16;

    /// <summary>That of a packet.</summary>
    public static TalkTrace Of(in RtpPacketView packet) => new(packet.Ssrc, packet.SequenceNumber);

    /// <summary>The next packet from that port goes on from this one.</summary>
    public bool IsContinuedBy(in TalkTrace next) => Ssrc == next.Ssrc && (ushort)(next.Number - Number) is > 0 and <= SkippedMax;
}
