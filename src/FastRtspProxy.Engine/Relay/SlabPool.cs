using System.Collections.Concurrent;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The process's slabs, within one budget. Slabs are made on demand and kept for the next renter; over the budget
/// <see cref="TryRent"/> answers null and the caller has to give something up first.
/// </summary>
internal sealed class SlabPool : IDisposable
{
    /// <summary>
    /// One second of a 2 Mbit/s stream. A frame crosses a slab's end once in a slab, and then costs a second send for each TCP client,
    /// so bigger is cheaper; smaller wastes less on mounts that idle. Must hold the largest interleaved packet (65,539 bytes).
    /// </summary>
    public const int DefaultSlabBytes = 256 * 1024;

    /// <summary>
    /// Hands a slab from who returned it to who rents it, with all that was done to it; the counts below stand for nothing but themselves.
    /// </summary>
    private readonly ConcurrentQueue<Slab> _free = new();
    private readonly long _budgetBytes;
    private readonly int _slabBytes;
    private long _allocatedBytes;
    private long _rentedBytes;

    /// <param name="budgetBytes">The most that is allocated.</param>
    /// <param name="slabBytes">Of one slab.</param>
    public SlabPool(long budgetBytes, int slabBytes = DefaultSlabBytes)
    {
        _budgetBytes = budgetBytes;
        _slabBytes = slabBytes;
        BesideRings = new SlabShare(this, budgetBytes / 8);
    }

    /// <summary>For those who keep packets beside the rings, all of them together: an eighth.</summary>
    public SlabShare BesideRings { get; }

    /// <summary>Bytes of one slab.</summary>
    public int SlabBytes => _slabBytes;

    /// <summary>The most that the pool ever allocates.</summary>
    public long BudgetBytes => _budgetBytes;

    /// <summary>Bytes in slabs that exist, rented or free.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>
    /// True when the next <see cref="TryRent"/> would find nothing: of two values of a moment ago, so a hint; who acts on it looks again at each
    /// batch. Any thread.
    /// </summary>
    public bool IsUsedUp => _free.IsEmpty && AllocatedBytes + _slabBytes > _budgetBytes;

    /// <summary>Bytes in slabs that somebody holds.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

    /// <summary>A slab with the caller as its holder, or null when the budget is used up.</summary>
    public Slab? TryRent()
    {
        if (!_free.TryDequeue(out Slab? slab))
        {
            if (Interlocked.Add(ref _allocatedBytes, _slabBytes) > _budgetBytes)
            {
                Interlocked.Add(ref _allocatedBytes, -_slabBytes);
                return null;
            }

            slab = new Slab(this, _slabBytes);
        }

        Interlocked.Add(ref _rentedBytes, _slabBytes);
        slab.TakeFirstHold();
        return slab;
    }

    internal void Return(Slab slab)
    {
        Interlocked.Add(ref _rentedBytes, -_slabBytes);
        _free.Enqueue(slab);
    }

    /// <summary>The free slabs go to the collector; those that are held go with their holders.</summary>
    public void Dispose() => _free.Clear();
}
