using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// Where the entries of a ring's packets stand, the one of a sequence at its place under a mask. A table that is larger than most streams need is
/// paid out of the budget of the slabs. Replaced as a whole where it is too small, or much too large: whoever reads in the old one finds the same
/// there. The producer's, but for <see cref="Present"/>.
/// </summary>
/// <param name="pool">Whose budget it is.</param>
internal struct EntryTable(SlabPool pool)
{
    /// <summary>So many entries, 40 KiB, are nothing beside the packets of full size that they are for.</summary>
    public const int FreeCapacity = 1024;

    /// <summary>Some 20 pictures of 1 Mbit/s; made with the first packet, doubled where that is too little.</summary>
    private const int FirstCapacity = 128;

    /// <summary>A table of which no more than this part is used is made smaller, but remains twice as large as it need be.</summary>
    private const int UnusedFactor = 8;

    /// <summary>So long: what is kept falls to nothing with each key frame, and a table that followed it would be made anew in each group.</summary>
    private const long UnusedMicros = 60_000_000;

    /// <summary>Empty before the first packet.</summary>
    private RingEntry[] _entries = [];
    private long _lentBytes;

    /// <summary>Where the time began in which so many entries were used at the most.</summary>
    private long _sinceMicros;
    private long _most;

    /// <summary>A power of two, or 0.</summary>
    public readonly int Capacity => _entries.Length;

    /// <summary>For readers, on any thread: an acquire load, which pairs with the release store in <see cref="Replace"/>.</summary>
    public readonly RingEntries Present => new(Volatile.Read(in _entries));

    /// <summary>The entry of a packet.</summary>
    public readonly ref RingEntry this[long sequence] => ref _entries[sequence & (_entries.Length - 1)];

    /// <summary>Makes it twice as large. False: the budget is used up.</summary>
    /// <param name="from">The oldest sequence that may be read.</param>
    /// <param name="to">One past the newest.</param>
    public bool TryGrow(long from, long to)
    {
        int capacity = Math.Max(FirstCapacity, _entries.Length * 2);
        long moreBytes = PaidBytes(capacity) - _lentBytes;
        if (moreBytes > 0 && !pool.TryLend(moreBytes))
        {
            return false;
        }

        _lentBytes += moreBytes;
        Resize(capacity, from, to);
        return true;
    }

    /// <summary>Gives back what a time of small packets has left. Called now and then; parameters as of <see cref="TryGrow"/>.</summary>
    public void Shrink(long from, long to, long nowMicros)
    {
        _most = Math.Max(_most, to - from);
        if (nowMicros >= _sinceMicros && nowMicros - _sinceMicros < UnusedMicros)
        {
            return;
        }

        if (_lentBytes > 0 && nowMicros > _sinceMicros && _most * UnusedFactor <= _entries.Length)
        {
            Resize(Math.Max(FirstCapacity, (int)BitOperations.RoundUpToPowerOf2((ulong)_most * 2)), from, to);
            Pay(PaidBytes(_entries.Length));
        }

        (_most, _sinceMicros) = (to - from, nowMicros);
    }

    /// <summary>Nothing of it is published any more.</summary>
    /// <param name="mayBeRead">Somebody has begun to read, who may not have fetched the table yet: it stays.</param>
    /// <param name="isLast">It goes with its ring, and costs nobody anything any more.</param>
    public void Empty(bool mayBeRead, bool isLast)
    {
        if (!mayBeRead)
        {
            Replace([]);
        }

        Pay(isLast ? 0 : PaidBytes(_entries.Length));
    }

    private static long PaidBytes(int capacity) => capacity <= FreeCapacity ? 0 : (long)capacity * Unsafe.SizeOf<RingEntry>();

    private void Pay(long bytes)
    {
        pool.TakeBack(_lentBytes - bytes);
        _lentBytes = bytes;
    }

    private void Resize(int capacity, long from, long to)
    {
        RingEntry[] entries = new RingEntry[capacity];
        for (long s = from; s < to; s++)
        {
            entries[s & (capacity - 1)] = this[s];
        }

        Replace(entries);
    }

    /// <summary>A release store: the copies were written before.</summary>
    private void Replace(RingEntry[] entries) => Volatile.Write(ref _entries, entries);
}
