namespace FastRtspProxy.TestPeers;

/// <summary>
/// Measures what a piece of code allocates on the calling thread once it is warm. A collection that another thread causes retires this thread's allocation
/// buffer, and its unused rest (8 KB at most) is then counted as allocated; so a single measurement may be too high, and several are taken.
/// </summary>
public static class AllocationMeter
{
    /// <summary>Bytes allocated by <paramref name="rounds"/> calls; the least of three measurements, so that a late tier-up does not count.</summary>
    public static long SteadyBytes(Action action, int rounds = 1000)
    {
        ArgumentNullException.ThrowIfNull(action);
        for (int i = 0; i < rounds; i++)
        {
            action();
        }

        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3; attempt++)
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
