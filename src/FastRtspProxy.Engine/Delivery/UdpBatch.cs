namespace FastRtspProxy.Engine.Delivery;

/// <summary>A batch of UDP packets on its way, so that it can go on where a full socket stopped it. Mutable; a private field of its owner.</summary>
internal struct UdpBatch
{
    /// <summary>One past its last packet. It begins at the delivery's front.</summary>
    public long To;

    /// <summary>The run of its plan that is sent next; the list of its track knows who has had it.</summary>
    public int NextRun;

    /// <summary>What of its packets is left out.</summary>
    public PlanFilter Filter;

    /// <summary>When it was begun, on the shard's clock.</summary>
    public long SinceMicros;
}
