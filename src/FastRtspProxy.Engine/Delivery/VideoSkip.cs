namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// Video that is left out for somebody who cannot use it: a joiner that waits for its first picture, or a viewer (or the crowd in step) that lagged,
/// up to the next random access point. Mutable; a field of whoever it concerns.
/// </summary>
internal struct VideoSkip
{
    /// <summary>
    /// Video packets before this sequence are left out; 0: none are, <see cref="long.MaxValue"/>: until a random access point comes.
    /// </summary>
    public long Until;

    /// <summary>When the wait for a random access point ends, on the shard's clock. Of no meaning while <see cref="Until"/> is 0.</summary>
    public long EndMicros;

    /// <summary>What is left out counts as dropped: its owner lagged. A joiner that waits for its first picture loses nothing.</summary>
    public bool Counts;

    /// <summary>Video is left out now.</summary>
    public readonly bool IsOn => Until != 0;

    /// <summary>From now on until a random access point, or that time.</summary>
    public void Begin(long endMicros, bool counts)
    {
        Until = long.MaxValue;
        EndMicros = endMicros;
        Counts = counts;
    }
}
