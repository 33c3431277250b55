using System.Collections.Concurrent;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The free slabs of one size. A thread takes what it has put back last, which its core still has in its cache, before what others have. Any thread:
/// the bags hand a slab from who puts it to who takes it, with all that was done to it.
/// </summary>
internal sealed class FreeSlabs(int slabBytes)
{
    private readonly ConcurrentBag<Slab> _warm = [];

    /// <summary>Those whose pages were given back to the system.</summary>
    private readonly ConcurrentBag<Slab> _cold = [];

    /// <summary>How many there are in <see cref="_warm"/>, or will be in a moment; the bag's own count stops everybody else.</summary>
    private int _warmCount;
    private int _coldCount;

    /// <summary>The least that was in <see cref="_warm"/> since the last <see cref="GiveBackUnused"/>; a hint, written without care.</summary>
    private int _leastWarm;

    /// <summary>Bytes of each.</summary>
    public int SlabBytes => slabBytes;

    /// <summary>One of them, which is the caller's alone; null: there is none.</summary>
    public Slab? TryTake()
    {
        if (Volatile.Read(ref _warmCount) > 0 && _warm.TryTake(out Slab? slab))
        {
            int left = Interlocked.Decrement(ref _warmCount);
            if (left < Volatile.Read(ref _leastWarm))
            {
                Volatile.Write(ref _leastWarm, left);
            }

            return slab;
        }

        Volatile.Write(ref _leastWarm, 0);
        if (Volatile.Read(ref _coldCount) > 0 && _cold.TryTake(out slab))
        {
            Interlocked.Decrement(ref _coldCount);
            return slab;
        }

        return null;
    }

    /// <summary>Nobody holds it any more.</summary>
    public void Put(Slab slab)
    {
        _warm.Add(slab);
        Interlocked.Increment(ref _warmCount);
    }

    /// <inheritdoc cref="SlabPool.GiveBackUnused"/>
    public void GiveBackUnused()
    {
        // A thread that has put none itself takes what others have put first: the coldest of theirs.
        for (int unused = Volatile.Read(ref _leastWarm); unused > 0 && _warm.TryTake(out Slab? slab); unused--)
        {
            Interlocked.Decrement(ref _warmCount);
            slab.GiveBack();
            _cold.Add(slab);
            Interlocked.Increment(ref _coldCount);
        }

        Volatile.Write(ref _leastWarm, Volatile.Read(ref _warmCount));
    }

    /// <summary>They go to the collector.</summary>
    public void Clear()
    {
        _warm.Clear();
        _cold.Clear();
    }
}
