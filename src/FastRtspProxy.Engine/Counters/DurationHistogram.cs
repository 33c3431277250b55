namespace FastRtspProxy.Engine.Counters;

/// <summary>How long something took, counted in buckets. Rare things only: each count is interlocked. Any thread.</summary>
/// <param name="boundsMicros">The upper ends of the buckets, rising; a longer time is in none of them and counted all the same.</param>
internal sealed class DurationHistogram(params long[] boundsMicros)
{
    private readonly long[] _counts = new long[boundsMicros.Length + 1];
    private long _sumMicros;

    /// <inheritdoc cref="DurationHistogram" path="/param[@name='boundsMicros']"/>
    public ReadOnlySpan<long> BoundsMicros => boundsMicros;

    /// <summary>Of all times.</summary>
    public long SumMicros => Volatile.Read(ref _sumMicros);

    /// <summary>How many were in a bucket alone; the last one is of those in none.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>One more.</summary>
    public void Observe(long micros)
    {
        micros = Math.Max(0, micros);
        int bucket = 0;
        while (bucket < boundsMicros.Length && micros > boundsMicros[bucket])
        {
            bucket++;
        }

        Interlocked.Add(ref _sumMicros, micros);
        Interlocked.Increment(ref _counts[bucket]);
    }
}
