namespace FastRtspProxy.Protocol.Rtcp;

/// <summary>One report block (RFC 3550 section 6.4.1).</summary>
/// <param name="Ssrc">The source that is reported on.</param>
/// <param name="FractionLost">Since the previous report, in 1/256.</param>
/// <param name="CumulativeLost">24 bits, signed: negative with duplicates.</param>
/// <param name="ExtendedHighest">Wraps in the upper 16 bits, sequence number in the lower.</param>
/// <param name="Jitter">In RTP ticks.</param>
/// <param name="LastSenderReport">The middle 32 bits of the last SR's NTP time, 0 without one.</param>
/// <param name="DelaySinceLastSenderReport">In 1/65536 s.</param>
public readonly record struct RtcpReportBlock(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint ExtendedHighest, uint Jitter, uint LastSenderReport, uint DelaySinceLastSenderReport);
