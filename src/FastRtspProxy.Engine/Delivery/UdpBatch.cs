namespace FastRtspProxy.Engine.Delivery;

/// <summary>A batch of UDP packets on its way, so that it can go on where a full socket stopped it. Mutable; a private field of its owner.</summary>
internal struct UdpBatch
{
    /// <summary>One past its last packet. It begins at the delivery's front.</summary>
    public long To;

    /// <summary>Where it stands in the plan: a report, or the first run of a track, all of whose runs are sent with it.</summary>
    public int At;

    /// <summary>
    /// The run that the block under way gets next; that track's list knows which block that is, and who of it has had the run. Of no meaning while
    /// there is no such block.
    /// </summary>
    public int NextRun;

    /// <summary>What of its packets is left out.</summary>
    public PlanFilter Filter;

    /// <summary>When it was begun, on the shard's clock.</summary>
    public long SinceMicros;
}
