namespace FastRtspProxy.Engine.Mounts;

/// <summary>The shards' clock and the wall clock at one moment.</summary>
/// <param name="Micros">What a shard's clock shows, in microseconds.</param>
/// <param name="UnixMicros">Microseconds since 1970.</param>
internal readonly record struct ShardTime(long Micros, long UnixMicros)
{
    /// <summary>Now.</summary>
    public static ShardTime Of(TimeProvider time)
    {
        long micros = (long)((Int128)time.GetTimestamp() * 1_000_000 / time.TimestampFrequency);
        return new ShardTime(micros, (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Microseconds since 1970 of what a shard's clock showed; 0: it never did.</summary>
    public long UnixOf(long shardMicros) => shardMicros > 0 && Micros > 0 ? UnixMicros - Math.Max(0, Micros - shardMicros) : 0;
}
