namespace FastRtspProxy.Simulator.Report;

/// <summary>Packets received.</summary>
internal sealed record PacketCounts(
    long Received, long Bytes, long Lost, double LossPercent, long Duplicated, long Reordered, long Malformed, long Foreign, long Restarts, long Rtcp, long SenderReports);
