namespace FastRtspProxy.TestPeers;

/// <summary>
/// Measures what a piece of code allocates on the calling thread once it is warm. A collection that another thread causes retires this thread's allocation
/// buffer, and its unused rest (8 KB at most) is then counted as allocated; so a single measurement may be too high, and several are taken: code that
/// allocates does so in each.
/// </summary>
public static class AllocationMeter
{
    private const int MostMeasurements = 10;

    /// <summary>Bytes allocated by <paramref name="rounds"/> calls: the least of several measurements, so that a late tier-up does not count either.</summary>
    public static long SteadyBytes(Action action, int rounds = 1000)
    {
        ArgumentNullException.ThrowIfNull(action);
        for (int i = 0; i < rounds; i++)
        {
            action();
        }

        long least = long.MaxValue;
        for (int measurement = 0; measurement < MostMeasurements && least > 0; measurement++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rounds; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
