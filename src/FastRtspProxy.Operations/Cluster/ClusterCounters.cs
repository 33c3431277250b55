using FastRtspProxy.Engine.Counters;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// What happened in a cluster, for metrics and the API. Written by the cluster's own turn; read by any thread, each figure by itself.
/// </summary>
internal sealed class ClusterCounters
{
    private long _takeovers;
    private long _lost;
    private long _fenced;
    private long _strangers;

    /// <summary>Streams of a box that went which this box owned next.</summary>
    public long Takeovers => Volatile.Read(ref _takeovers);

    /// <summary>Streams that this box owned and another one owns now, not by its wish.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Times that this box stopped reading for fear of being cut off.</summary>
    public long Fenced => Volatile.Read(ref _fenced);

    /// <summary>Requests that said they were another box's and were not.</summary>
    public long Strangers => Volatile.Read(ref _strangers);

    /// <summary>From the news that a box had lost a stream until this one had it.</summary>
    public DurationHistogram TakeoverSeconds { get; } = new(50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000);

    /// <summary>The newest take-over; null: there was none.</summary>
    public LastTakeover? LastTakeover { get; private set; }

    /// <summary>One was taken over by this box.</summary>
    public void OnTakeover(LastTakeover takeover)
    {
        TakeoverSeconds.Observe((long)takeover.Took.TotalMicroseconds);
        LastTakeover = takeover;
        Interlocked.Increment(ref _takeovers);
    }

    public void OnLost() => Interlocked.Increment(ref _lost);

    public void OnFenced() => Interlocked.Increment(ref _fenced);

    public void OnStranger() => Interlocked.Increment(ref _strangers);
}
