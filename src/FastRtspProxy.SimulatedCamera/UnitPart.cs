namespace FastRtspProxy.SimulatedCamera;

/// <summary>The packets of a unit that are due now: all of them, or one when they are paced.</summary>
/// <param name="Batch">The whole unit.</param>
/// <param name="From">The first packet that is due.</param>
/// <param name="To">The one behind the last.</param>
/// <param name="StreamMicros">The unit's time in the stream.</param>
/// <param name="Ticks">The unit's RTP ticks, from unit 0.</param>
/// <param name="BeginsGroup">A decoder can start at this unit, and not at every one of its track.</param>
internal readonly record struct UnitPart(RtpBatch Batch, int From, int To, long StreamMicros, uint Ticks, bool BeginsGroup);
