using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A pinned, pooled, ref-counted block of memory. Whoever rents it is its first holder; the last <see cref="Release"/> returns it to the pool.
/// </summary>
internal sealed unsafe class Slab
{
    private readonly SlabPool _pool;

    /// <summary>A page longer than the slab, which begins at the first page in it: so the slab can be given back to the system whole.</summary>
    private readonly byte[] _bytes;
    private int _holders;

    internal Slab(SlabPool pool, int sizeClass, int bytes)
    {
        _pool = pool;
        SizeClass = sizeClass;
        Bytes = bytes;
        _bytes = GC.AllocateUninitializedArray<byte>(bytes + MemoryPages.PageBytes, pinned: true);
        nint first = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        Pointer = (byte*)((first + MemoryPages.PageBytes - 1) & -(nint)MemoryPages.PageBytes);
    }

    /// <summary>The first byte. Pinned for the slab's life.</summary>
    public byte* Pointer { get; }

    /// <summary>The slab's size in bytes.</summary>
    public int Bytes { get; }

    /// <summary>Which of the pool's sizes that is.</summary>
    internal int SizeClass { get; }

    /// <summary>The slab's bytes; valid while the caller is, or stands under, a holder.</summary>
    public Span<byte> SpanView => new(Pointer, Bytes);

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

    /// <summary>On whoever rents. A release store will do: the list of free slabs has handed the slab to this thread alone.</summary>
    internal void TakeFirstHold() => Volatile.Write(ref _holders, 1);

    /// <summary>Its pages go back to the system; the next one who writes to it gets others. On whoever has taken it out of the free ones.</summary>
    internal void GiveBack()
    {
        MemoryPages.GiveBack((nint)Pointer, Bytes);
        GC.KeepAlive(_bytes);
    }

    private static void ThrowNotHeld() => throw new InvalidOperationException("A slab was used by somebody who does not hold it.");
}
