namespace FastRtspProxy.Engine.Delivery;

/// <summary>What UDP and TCP viewers have in common. On the session's shard only.</summary>
internal abstract class Viewer
{
    /// <summary>The first sequence that this client gets.</summary>
    public long JoinSequence { get; set; }

    /// <summary>An instant start, or null.</summary>
    public CatchUp? CatchUp { get; set; }

    /// <summary>Everything begins at the next random access point only, if video is among its tracks.</summary>
    public bool WaitsForRandomAccess { get; set; }

    /// <inheritdoc cref="PlayGrant.MaxRandomAccessWait"/>
    public TimeSpan? MaxRandomAccessWait { get; set; }

    /// <summary>Packets left out because the client, or its way, was too slow.</summary>
    public long DroppedPackets { get; internal set; }

    /// <summary>Whether it gets a track.</summary>
    internal abstract bool Has(int track);

    /// <summary>The next packet that it needs, while it is not in step.</summary>
    internal long Cursor { get; set; }

    /// <summary>Before this sequence only the track of the instant start is left to send: the others began there, or went ahead.</summary>
    internal long OthersFrom { get; set; }

    /// <summary>Those others, a bit each.</summary>
    internal uint OtherTracks { get; set; }

    /// <summary>A field, because it is changed in place.</summary>
    internal VideoSkip VideoSkip;
}
