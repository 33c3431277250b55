namespace FastRtspProxy.Engine.Counters;

/// <summary>What one shard's delivery meets, over all mounts. The shard alone writes it; any thread reads each as a figure on its own.</summary>
internal sealed class ShardCounters
{
    private readonly long[] _sendErrors = new long[SendErrors.Count];
    private long _overLag;

    /// <summary>From the wish to play to the first picture, or the first sound where there are no pictures.</summary>
    public DurationHistogram FirstPicture { get; } =
        new(50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000);

    /// <summary>How often a viewer lagged so far that it was moved forward.</summary>
    public long OverLag => Volatile.Read(ref _overLag);

    /// <summary>Calls that were refused.</summary>
    public long Refused(SendError error) => Volatile.Read(ref _sendErrors[(int)error]);

    /// <summary>One more was.</summary>
    public void CountRefused(int errno) => _sendErrors[(int)SendErrors.Of(errno)]++;

    /// <summary>One more lagged.</summary>
    public void CountOverLag() => _overLag++;
}
