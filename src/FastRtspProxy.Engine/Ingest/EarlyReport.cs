namespace FastRtspProxy.Engine.Ingest;

/// <summary>A camera's sender report that waits for its source's first packet.</summary>
internal readonly record struct EarlyReport(uint Ssrc, ulong Ntp, uint RtpTimestamp, long ArrivalMicros);
