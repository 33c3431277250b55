using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A pinned, pooled, ref-counted block of memory. Whoever rents it is its first holder; the last <see cref="Release"/> returns it to the pool.
/// </summary>
internal sealed unsafe class Slab
{
    private readonly SlabPool _pool;
    private readonly byte[] _bytes;
    private int _holders;

    internal Slab(SlabPool pool, int bytes)
    {
        _pool = pool;
        _bytes = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
    }

    /// <summary>The first byte. Pinned for the slab's life.</summary>
    public byte* Pointer { get; }

    /// <summary>The slab's size in bytes.</summary>
    public int Bytes => _bytes.Length;

    /// <summary>The slab's bytes; valid while the caller is, or stands under, a holder.</summary>
    public Span<byte> SpanView => _bytes;

    /// <summary>How many holders there are now; for tests and gauges.</summary>
    public int Holders => Volatile.Read(ref _holders);

    /// <summary>Only a holder may add one, so the count is never found at 0 by anybody who has a right to it: it needs no partner.</summary>
    public void AddHolder()
    {
        int holders = Interlocked.Increment(ref _holders);
        if (holders <= 1)
        {
            ThrowNotHeld();
        }
    }

    /// <summary>
    /// Gives one hold back; the last one returns the slab to its pool. The decrements pair with each other (each is a release and an acquire): what
    /// any holder has read or written is over before the last one passes the slab on.
    /// </summary>
    public void Release()
    {
        int holders = Interlocked.Decrement(ref _holders);
        if (holders == 0)
        {
            _pool.Return(this);
        }
        else if (holders < 0)
        {
            ThrowNotHeld();
        }
    }

    /// <summary>On whoever rents. A release store will do: the queue of free slabs has handed the slab to this thread alone.</summary>
    internal void TakeFirstHold() => Volatile.Write(ref _holders, 1);

    private static void ThrowNotHeld() => throw new InvalidOperationException("A slab was used by somebody who does not hold it.");
}
