using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// What a shard says of its reading of a ring; made when it first reads. Alone on its cache line, and on the neighbour that the prefetcher brings
/// along.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct RingReader
{
    /// <summary>The lowest sequence that it is about to read, which keeps the slabs; <see cref="PacketRing.NotReading"/>: it has no scope.</summary>
    [FieldOffset(128)]
    public long Reading;

    /// <summary>
    /// The lowest sequence that its viewers still need, which asks the producer to keep the slabs as long as it can;
    /// <see cref="PacketRing.NotReading"/>: none. A wish and no promise: what is read is guarded by <see cref="Reading"/> alone.
    /// </summary>
    [FieldOffset(136)]
    public long Wanted;

    /// <summary>The lowest announcement. Acquire loads: what a reader has read before it left, it has read before its slab is given back.</summary>
    public static long Lowest(ReadOnlySpan<RingReader[]?> readers)
    {
        long lowest = PacketRing.NotReading;
        foreach (ref readonly RingReader[]? reader in readers)
        {
            if (Volatile.Read(in reader) is { } place)
            {
                lowest = Math.Min(lowest, Volatile.Read(ref place[0].Reading));
            }
        }

        return lowest;
    }
}
