namespace FastRtspProxy.Simulator.Replay;

/// <summary>A packet that left the recorded camera, or that came to the client.</summary>
/// <param name="Number">RTP's sequence number.</param>
/// <param name="Timestamp">RTP's.</param>
/// <param name="TypeAndMarker">The second byte of the header.</param>
/// <param name="PayloadHash">Of all behind the header.</param>
/// <param name="Micros">When, by the clock of this process.</param>
internal readonly record struct SentPacket(ushort Number, uint Timestamp, byte TypeAndMarker, ulong PayloadHash, long Micros)
{
    /// <summary>The same packet: payload, type and marker are.</summary>
    public bool IsSameAs(in SentPacket other) => PayloadHash == other.PayloadHash && TypeAndMarker == other.TypeAndMarker;
}
