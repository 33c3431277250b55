namespace FastRtspProxy.Simulator.Probe;

/// <summary>A track's first packet.</summary>
internal sealed record RtpFirst(ushort SequenceNumber, uint Timestamp, uint Ssrc, long ArrivalMicros);
