namespace FastRtspProxy.Engine.Relay;

/// <summary>How much a ring keeps.</summary>
internal sealed record RingOptions
{
    /// <summary>Packets behind the head that are kept at the most, in bytes of slabs. A reader further behind is lapped.</summary>
    public int KeepBytes { get; init; } = 16 << 20;

    /// <summary>Packets older than this are dropped with their slab.</summary>
    public TimeSpan KeepDuration { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>What came within so long is kept though nobody needs it, for those who will join in the past; zero: nothing is.</summary>
    public TimeSpan PastDuration { get; init; }

    /// <summary>Tracks that a mount may have.</summary>
    public const int TracksMax = 32;
}
