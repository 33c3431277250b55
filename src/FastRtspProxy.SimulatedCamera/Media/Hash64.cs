namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// A mixing function (splitmix64) instead of a random generator: the n-th draw is a function of seed and n, so runs repeat whatever the order of
/// events was.
/// </summary>
internal static class Hash64
{
    /// <summary>An evenly spread 64-bit value of (seed, n).</summary>
    public static ulong Of(ulong seed, ulong n)
    {
        ulong z = seed + (n + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>Evenly spread in [0, 1).</summary>
    public static double Unit(ulong seed, ulong n) => (Of(seed, n) >> 11) * (1.0 / (1UL << 53));
}
