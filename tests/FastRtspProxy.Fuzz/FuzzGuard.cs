namespace FastRtspProxy.Fuzz;

/// <summary>Runs one input through a target: the parser within its bounds of time and memory, then the properties.</summary>
internal static class FuzzGuard
{
    /// <summary>A parser that needs longer for one input keeps its shard from everybody else (invariant 5 of the design).</summary>
    public const long CpuMillisMax = 50;

    /// <summary>
    /// Measurements of which the least counts: the first run of a path compiles it and fills static fields, a collection may run on this thread, and one that another thread causes
    /// counts the rest of this thread's allocation buffer as allocated. What a parser really spends it spends every time.
    /// </summary>
    private const int Measurements = 3;

    public static void Execute(FuzzTarget target, ReadOnlySpan<byte> input)
    {
        long bytesMax = target.FixedBytes + ((long)target.BytesPerInputByte * input.Length);
        long bytes = long.MaxValue;
        long nanos = long.MaxValue;
        for (int i = 0; i < Measurements && (bytes > bytesMax || nanos > CpuMillisMax * 1_000_000); i++)
        {
            long nanosBefore = ThreadTime.Nanos();
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            target.Parse(input);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - bytesBefore);
            nanos = Math.Min(nanos, ThreadTime.Nanos() - nanosBefore);
        }

        Property.Holds(bytes <= bytesMax, $"{target.Name} allocates at most {bytesMax} bytes for {input.Length} bytes of input; it was {bytes}");
        Property.Holds(nanos <= CpuMillisMax * 1_000_000, $"{target.Name} needs at most {CpuMillisMax} ms of processor time; it was {nanos / 1_000_000} ms");
        target.Check(input);
    }
}
