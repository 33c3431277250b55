namespace FastRtspProxy.Operations.Cluster;

/// <summary>What happened in a cluster, for metrics and the API. Written by the cluster's own turn; read by any thread, each figure by itself.</summary>
internal sealed class ClusterCounters
{
    /// <summary>The upper ends of the histogram of take-overs, in seconds; the last one is open.</summary>
    public static readonly double[] TakeoverBounds = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10];

    private readonly long[] _takeovers = new long[TakeoverBounds.Length + 1];
    private long _takeoverCount;
    private long _takeoverMilliseconds;
    private long _lost;
    private long _fenced;
    private long _strangers;

    /// <summary>Streams of a box that went which this box owned next.</summary>
    public long Takeovers => Volatile.Read(ref _takeoverCount);

    /// <summary>Streams that this box owned and another one owns now, not by its wish.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Times that this box stopped reading for fear of being cut off.</summary>
    public long Fenced => Volatile.Read(ref _fenced);

    /// <summary>Requests that said they were another box's and were not.</summary>
    public long Strangers => Volatile.Read(ref _strangers);

    /// <summary>Of all take-overs together.</summary>
    public double TakeoverSeconds => Volatile.Read(ref _takeoverMilliseconds) / 1000.0;

    /// <summary>The newest take-over; null: there was none.</summary>
    public LastTakeover? LastTakeover { get; private set; }

    /// <summary>Take-overs no longer than that bound.</summary>
    public long TakeoversWithin(int bound)
    {
        long sum = 0;
        for (int i = 0; i <= bound; i++)
        {
            sum += Volatile.Read(ref _takeovers[i]);
        }

        return sum;
    }

    public void OnTakeover(string stream, string from, TimeSpan took, DateTimeOffset at)
    {
        int index = Array.FindIndex(TakeoverBounds, bound => took.TotalSeconds <= bound);
        _takeovers[index < 0 ? TakeoverBounds.Length : index]++;
        _takeoverMilliseconds += (long)took.TotalMilliseconds;
        LastTakeover = new LastTakeover(stream, from, at, took);
        Volatile.Write(ref _takeoverCount, _takeoverCount + 1);
    }

    public void OnLost() => Interlocked.Increment(ref _lost);

    public void OnFenced() => Interlocked.Increment(ref _fenced);

    public void OnStranger() => Interlocked.Increment(ref _strangers);
}
