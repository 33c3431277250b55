namespace FastRtspProxy.Operations.Cluster;

/// <summary>Every time of a cluster, from the time to live of a box's lease.</summary>
/// <param name="Ttl">As the engine grants it.</param>
internal readonly record struct ClusterTimings(TimeSpan Ttl)
{
    /// <summary>Between the tries of two boxes to own the same stream: a transaction takes some milliseconds.</summary>
    public static readonly TimeSpan ClaimStep = TimeSpan.FromMilliseconds(150);

    /// <summary>Between two tries to claim while the engine does not answer.</summary>
    public static readonly TimeSpan ClaimRetry = TimeSpan.FromMilliseconds(300);

    /// <summary>How often the boxes ask each other while all is well: it sets the clocks by which their hops are dated.</summary>
    public static readonly TimeSpan PeerDistance = TimeSpan.FromSeconds(5);

    /// <summary>The same for a box that drains: what it lets go is not for one that drains as well.</summary>
    public static readonly TimeSpan DrainDistance = TimeSpan.FromSeconds(1);

    /// <summary>A request is taken so long after it was made, and so long before.</summary>
    public static readonly TimeSpan HopAge = TimeSpan.FromSeconds(30);

    /// <summary>An answer of the engine is waited for so long; then its next member is asked.</summary>
    public TimeSpan EngineAnswer => TimeSpan.FromMilliseconds(Math.Clamp(Ttl.TotalMilliseconds * 0.25, 250, 1000));

    /// <summary>An answer of a box is waited for so long: it is near, and has to come before the fence.</summary>
    public TimeSpan PeerAnswer => TimeSpan.FromMilliseconds(Math.Min(Ttl.TotalMilliseconds * 0.15, 300));

    /// <summary>Between two renewals: two may fail before the others begin to doubt.</summary>
    public TimeSpan Renewal => Ttl * 0.2;

    /// <summary>A renewal that is older says that the engine is lost: the next one should have been answered.</summary>
    public TimeSpan LostAfter => Ttl * 0.3;

    /// <summary>A box that was not renewed for so long asks the others how they are, in time before its fence.</summary>
    public TimeSpan AskAfter => Ttl * 0.4;

    /// <summary>
    /// From the sending of the last renewal that was answered: after it nothing is asked of a camera that another box may read from
    /// <see cref="Ttl"/> on. The rest is for the TEARDOWN, and for a cut-off leader of etcd that still confirms.
    /// </summary>
    public TimeSpan Fence => Ttl * 0.7;

    /// <summary>A stream that nobody owns, and for which the engine does not answer for so long, is read without it where that may be.</summary>
    public TimeSpan AloneAfter => Ttl * 2 + TimeSpan.FromSeconds(1);
}
