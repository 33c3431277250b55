using System.Diagnostics;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The process's slabs, of a few sizes, within one budget. Slabs are made on demand and kept for the next renter, who gets the one that was used
/// last: it is warm. What nobody needed for a while goes back to the system (<see cref="GiveBackUnused"/>). Over the budget <see cref="TryRent()"/>
/// answers null and the caller has to give something up first. Any thread.
/// </summary>
internal sealed class SlabPool : IDisposable
{
    /// <summary>
    /// A quarter of a second of 4 Mbit/s. A frame crosses a slab's end once in a slab, and then costs a second vector for each TCP client, so bigger
    /// is cheaper; smaller wastes less. Must hold the largest interleaved packet (65,539 bytes).
    /// </summary>
    public const int DefaultSlabBytes = 128 * 1024;

    /// <summary>A quarter of a second of 1 Mbit/s.</summary>
    public const int SmallestSlabBytes = 32 * 1024;

    private readonly long _budgetBytes;

    /// <summary>One for each size, the smallest first; each is twice as large as the one before.</summary>
    private readonly FreeSlabs[] _free;
    private readonly int _smallestBytes;
    private long _allocatedBytes;
    private long _rentedBytes;

    /// <param name="budgetBytes">The most that is allocated.</param>
    public SlabPool(long budgetBytes)
        : this(budgetBytes, SmallestSlabBytes, DefaultSlabBytes)
    {
    }

    /// <param name="budgetBytes">The most that is allocated.</param>
    /// <param name="slabBytes">Of each slab.</param>
    public SlabPool(long budgetBytes, int slabBytes)
        : this(budgetBytes, slabBytes, slabBytes)
    {
    }

    private SlabPool(long budgetBytes, int smallestBytes, int largestBytes)
    {
        _budgetBytes = budgetBytes;
        _smallestBytes = smallestBytes;
        SlabBytes = largestBytes;
        List<FreeSlabs> free = [];
        for (int bytes = smallestBytes; bytes <= largestBytes; bytes *= 2)
        {
            free.Add(new FreeSlabs(bytes));
        }

        _free = [.. free];
        BesideRings = new SlabShare(this, budgetBytes / 8);
    }

    /// <summary>For those who keep packets beside the rings, all of them together: an eighth.</summary>
    public SlabShare BesideRings { get; }

    /// <summary>Bytes of the largest slab.</summary>
    public int SlabBytes { get; }

    /// <summary>The most that the pool ever allocates.</summary>
    public long BudgetBytes => _budgetBytes;

    /// <summary>Bytes in slabs that exist, rented or free, those that were given back to the system included, and what was lent.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>
    /// True when the next <see cref="TryRent()"/> would find nothing: of values of a moment ago, so a hint; who acts on it looks again at each batch.
    /// Any thread.
    /// </summary>
    public bool IsUsedUp => AllocatedBytes + SlabBytes > _budgetBytes && RentedBytes + SlabBytes > _budgetBytes;

    /// <summary>Bytes in slabs that somebody holds, and what was lent.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

    /// <summary>The smallest slab that holds so many bytes; the largest one where none does.</summary>
    public int Fitting(long bytes)
    {
        int at = 0;
        while (at < _free.Length - 1 && _free[at].SlabBytes < bytes)
        {
            at++;
        }

        return _free[at].SlabBytes;
    }

    /// <summary>A slab of the largest size with the caller as its holder, or null when the budget is used up.</summary>
    public Slab? TryRent() => TryRent(SlabBytes, SlabBytes);

    /// <summary>A slab with the caller as its holder, or null when the budget is used up.</summary>
    /// <param name="wantedBytes">A size of the pool (<see cref="Fitting"/>).</param>
    /// <param name="leastBytes">Where that cannot be had a smaller one will do, of at least so much.</param>
    public Slab? TryRent(int wantedBytes, int leastBytes)
    {
        int wanted = ClassOf(wantedBytes);
        Slab? slab = _free[wanted].TryTake() ?? TryMake(wanted);
        for (int c = wanted + 1; c < _free.Length && slab is null; c++)
        {
            slab = _free[c].TryTake();
        }

        for (int c = wanted - 1; c >= 0 && slab is null && _free[c].SlabBytes >= leastBytes; c--)
        {
            slab = _free[c].TryTake() ?? TryMake(c);
        }

        slab ??= TryMakeOfSmaller(wanted);
        if (slab is not null)
        {
            Interlocked.Add(ref _rentedBytes, slab.Bytes);
            slab.TakeFirstHold();
        }

        return slab;
    }

    /// <summary>
    /// Gives the pages of those slabs back to the system that nobody needed since the last call. On the thread pool, once a minute: what a busy
    /// minute needs stays.
    /// </summary>
    public void GiveBackUnused()
    {
        foreach (FreeSlabs free in _free)
        {
            free.GiveBackUnused();
        }
    }

    /// <summary>
    /// Memory of the budget that is no slab; until <see cref="TakeBack"/>. Free slabs are unmade for it. False: the budget is used up.
    /// </summary>
    public bool TryLend(long bytes)
    {
        while (Interlocked.Add(ref _allocatedBytes, bytes) > _budgetBytes)
        {
            Interlocked.Add(ref _allocatedBytes, -bytes);
            if (!TryUnmake())
            {
                return false;
            }
        }

        Interlocked.Add(ref _rentedBytes, bytes);
        return true;
    }

    /// <inheritdoc cref="TryLend"/>
    public void TakeBack(long bytes)
    {
        Interlocked.Add(ref _rentedBytes, -bytes);
        Interlocked.Add(ref _allocatedBytes, -bytes);
    }

    internal void Return(Slab slab)
    {
        Interlocked.Add(ref _rentedBytes, -slab.Bytes);
        _free[slab.SizeClass].Put(slab);
    }

    /// <summary>The free slabs go to the collector; those that are held go with their holders.</summary>
    public void Dispose()
    {
        foreach (FreeSlabs free in _free)
        {
            free.Clear();
        }
    }

    /// <summary>False: no slab is free.</summary>
    private bool TryUnmake()
    {
        foreach (FreeSlabs free in _free)
        {
            if (free.TryTake() is { } slab)
            {
                slab.GiveBack();
                Interlocked.Add(ref _allocatedBytes, -slab.Bytes);
                return true;
            }
        }

        return false;
    }

    private int ClassOf(int bytes)
    {
        for (int c = 0; c < _free.Length; c++)
        {
            if (_free[c].SlabBytes >= bytes)
            {
                return c;
            }
        }

        Debug.Fail("No slab is larger than the pool's largest.");
        return _free.Length - 1;
    }

    private Slab? TryMake(int sizeClass)
    {
        int bytes = _free[sizeClass].SlabBytes;
        if (Interlocked.Add(ref _allocatedBytes, bytes) > _budgetBytes)
        {
            Interlocked.Add(ref _allocatedBytes, -bytes);
            return null;
        }

        return new Slab(this, sizeClass, bytes);
    }

    /// <summary>The budget is used up, in part by free slabs that are too small: those are unmade, for one that is large enough.</summary>
    private Slab? TryMakeOfSmaller(int sizeClass)
    {
        for (int c = sizeClass - 1; c >= 0; c--)
        {
            while (_free[c].TryTake() is { } small)
            {
                small.GiveBack();
                Interlocked.Add(ref _allocatedBytes, -small.Bytes);
                if (TryMake(sizeClass) is { } made)
                {
                    return made;
                }
            }
        }

        return null;
    }
}
