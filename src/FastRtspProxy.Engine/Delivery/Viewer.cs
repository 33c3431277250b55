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

    /// <summary>How much later than it comes it gets everything; 0: at once.</summary>
    public long DelayMicros { get; set; }

    /// <summary>What comes after that moment is not for it; null: everything is.</summary>
    public long? EndMicros { get; set; }

    /// <summary>When it asked to play, on the shard's clock; 0 once it has had its first picture, or where nobody wants to know.</summary>
    public long AskedMicros { get; set; }

    /// <inheritdoc cref="PlayGrant.MaxRandomAccessWait"/>
    public TimeSpan? MaxRandomAccessWait { get; set; }

    /// <summary>Packets left out because the client, or its way, was too slow.</summary>
    public long DroppedPackets { get; internal set; }

    /// <summary>Whether it gets a track.</summary>
    internal abstract bool Has(int track);

    /// <summary>The first sequence behind <see cref="EndMicros"/>; null: it has not come.</summary>
    internal long? EndSequence { get; set; }

    /// <summary>It began in the past, and is not taken for one that lags before that.</summary>
    internal long MayLagUntilMicros { get; set; }

    /// <summary>The next packet that it needs, while it is not in step.</summary>
    internal long Cursor { get; set; }

    /// <summary>
    /// Before this sequence only the track of the instant start is sent. The other tracks begin at the live edge, or have been sent up to here while
    /// the past of that track was still under way.
    /// </summary>
    internal long OthersFrom { get; set; }

    /// <summary>The tracks that have nothing to send before <see cref="OthersFrom"/>, a bit each; 0 without an instant start.</summary>
    internal uint OtherTracks { get; set; }

    /// <summary>
    /// On while the viewer, out of step, gets no video: it waits for its first random access point, or lagged. A field, because it is changed in
    /// place.
    /// </summary>
    internal VideoSkip VideoSkip;
}
