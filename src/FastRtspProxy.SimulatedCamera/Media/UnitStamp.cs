namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>What the sender knows about a unit at the moment when it leaves.</summary>
/// <param name="SentUnixMicros">Microseconds of Unix time.</param>
/// <param name="EmbedSei">Put a <see cref="SimulatorSei"/> into H.264 and H.265 access units.</param>
/// <param name="Aggregate">Put parameter sets into one aggregation packet.</param>
internal readonly record struct UnitStamp(long SentUnixMicros, bool EmbedSei, bool Aggregate);
