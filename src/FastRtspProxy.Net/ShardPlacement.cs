namespace FastRtspProxy.Net;

/// <summary>
/// Which shard a viewer or a mount gets, for life. Pure. A viewer is cheapest on its mount's shard: no second thread is woken for each batch, and the
/// batch is sent in one pass (measured with 1,000 UDP clients of 2 Mbit/s: 1.09 times the bare relay's cost on one shard, 1.22 on two). So a shard is
/// filled before the next one helps, but only as far as it stays a part of the whole when the machine is full; from there on it is the lightest one.
/// </summary>
internal static class ShardPlacement
{
    /// <summary>
    /// In kbit/s: what a viewer's trips through the stack weigh, whatever its rate (measured on loopback: 135 µs a second for 25 frames, and 23 µs
    /// for each Mbit/s; less where a network device takes its share).
    /// </summary>
    private const long TripsWeight = 4_000;

    /// <summary>In kbit/s: a stream that was not measured yet.</summary>
    private const long UnknownRate = 4_000;

    /// <summary>In kbit/s: 1,000 viewers of 2 Mbit/s with their trips, a third of what a shard can serve of those.</summary>
    private const long FillMax = 6_000_000;

    /// <summary>In kbit/s: what a machine's network carries. A shard's even part of that is no more than it has when all are full.</summary>
    private const long LineWeight = 25_000_000;

    /// <summary>A shard that works so much of its time is filled, whatever it weighs: TLS, a slow machine, other work.</summary>
    private const int BusyPercent = 50;

    /// <summary>In kbit/s: a camera of 25 Mbit/s (4K). What a new mount's sends is not known, and it stays where it is put.</summary>
    private const long HeavyMountWeight = TripsWeight + 25_000;

    /// <summary>Mounts that one shard gets before the next one does: so many at the most, and of heavy ones half of what fills it.</summary>
    private const int MountsInARow = 64;

    /// <summary>What a viewer of a stream weighs, or its camera; the rate is in bits a second, 0: not known. The weight is in kbit/s.</summary>
    public static long WeightOf(long bitsPerSecond) => TripsWeight + (bitsPerSecond > 0 ? bitsPerSecond / 1000 : UnknownRate);

    /// <summary>The shard of a viewer: the first one from its mount's on that has room, else the lightest.</summary>
    /// <param name="shards">By index; at least one.</param>
    /// <param name="home">The mount's.</param>
    /// <param name="weight">The viewer's.</param>
    public static int OfViewer(ReadOnlySpan<ShardFigures> shards, int home, long weight)
    {
        long fill = FillOf(shards.Length);
        for (int i = 0; i < shards.Length; i++)
        {
            int shard = (home + i) % shards.Length;
            if (shards[shard].Weight + weight <= fill && shards[shard].BusyPercent < BusyPercent)
            {
                return shard;
            }
        }

        return Lightest(shards, home);
    }

    /// <summary>
    /// The shard of a new mount: that of the one before it, since cameras that share a shard share its wake-ups, and receiving them is cheap (a
    /// 4 Mbit/s camera is 350 packets a second); but not when that is half full already, or would be if all of the row turned out to be heavy.
    /// </summary>
    /// <param name="shards">By index; at least one; with what is expected there.</param>
    /// <param name="last">Where the mount before it is.</param>
    /// <param name="inARow">How many went there one after the other.</param>
    public static int OfMount(ReadOnlySpan<ShardFigures> shards, int last, int inARow) =>
        inARow < RowOf(shards.Length) && shards[last].Weight < FillOf(shards.Length) / 2 && shards[last].BusyPercent < BusyPercent
            ? last
            : Lightest(shards, (last + 1) % shards.Length);

    private static long RowOf(int shards) => Math.Clamp(FillOf(shards) / 2 / HeavyMountWeight, 1, MountsInARow);

    private static long FillOf(int shards) => Math.Min(FillMax, LineWeight / shards);

    /// <summary>The lightest of those that are not busy, if there are such; of equals the first one from an index on.</summary>
    private static int Lightest(ReadOnlySpan<ShardFigures> shards, int from)
    {
        int best = from;
        for (int i = 1; i < shards.Length; i++)
        {
            int other = (from + i) % shards.Length;
            bool isBusy = shards[other].BusyPercent >= BusyPercent;
            bool bestIsBusy = shards[best].BusyPercent >= BusyPercent;
            if (isBusy == bestIsBusy ? shards[other].Weight < shards[best].Weight : bestIsBusy)
            {
                best = other;
            }
        }

        return best;
    }
}
