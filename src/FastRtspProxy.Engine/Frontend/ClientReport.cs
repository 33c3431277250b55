namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a client last reported about one track (RFC 3550, 6.4.1): the worst we know about the path to it.</summary>
internal struct ClientReport
{
    // A mutable struct on purpose: one for each track of a session, overwritten in place by each report.

    /// <summary>Reception reports that named this track.</summary>
    public int Count;

    /// <summary>Of the packets since the report before, in 256ths.</summary>
    public byte FractionLost;

    /// <summary>Packets lost since the client began; may be negative with duplicates.</summary>
    public int Lost;

    /// <summary>Interarrival jitter in the track's clock ticks.</summary>
    public uint JitterTicks;
}
