namespace FastRtspProxy.Engine.Backend;

/// <summary>A source that played on a track and was left for another one.</summary>
/// <param name="Ssrc">Its newest SSRC.</param>
/// <param name="Highest">Its highest sequence number.</param>
/// <param name="HeardMicros">When it was left, or last heard since.</param>
/// <param name="Order">Its place in the order in which sources were first taken, from 1; 0: nobody stands here.</param>
internal record struct LeftSource(uint Ssrc, ushort Highest, long HeardMicros, long Order)
{
    /// <summary>It was heard of after that moment.</summary>
    public readonly bool IsRemembered(long afterMicros) => Order != 0 && HeardMicros > afterMicros;
}
