using System.Collections.Concurrent;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The process's slabs, within one budget. Slabs are made on demand and kept for the next renter; over the budget
/// <see cref="TryRent"/> answers null and the caller has to give something up first.
/// </summary>
internal sealed class SlabPool(long budgetBytes, int slabBytes = SlabPool.DefaultSlabBytes) : IDisposable
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
    private long _allocatedBytes;
    private long _rentedBytes;

    /// <summary>Bytes of one slab.</summary>
    public int SlabBytes => slabBytes;

    /// <summary>The most that the pool ever allocates.</summary>
    public long BudgetBytes => budgetBytes;

    /// <summary>Bytes in slabs that exist, rented or free.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>
    /// True when the next <see cref="TryRent"/> would find nothing: of two values of a moment ago, so a hint; who acts on it looks again at each
    /// batch. Any thread.
    /// </summary>
    public bool IsUsedUp => _free.IsEmpty && AllocatedBytes + slabBytes > budgetBytes;

    /// <summary>Bytes in slabs that somebody holds.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

    /// <summary>A slab with the caller as its holder, or null when the budget is used up.</summary>
    public Slab? TryRent()
    {
        if (!_free.TryDequeue(out Slab? slab))
        {
            if (Interlocked.Add(ref _allocatedBytes, slabBytes) > budgetBytes)
            {
                Interlocked.Add(ref _allocatedBytes, -slabBytes);
                return null;
            }

            slab = new Slab(this, slabBytes);
        }

        Interlocked.Add(ref _rentedBytes, slabBytes);
        slab.TakeFirstHold();
        return slab;
    }

    internal void Return(Slab slab)
    {
        Interlocked.Add(ref _rentedBytes, -slabBytes);
        _free.Enqueue(slab);
    }

    /// <summary>The free slabs go to the collector; those that are held go with their holders.</summary>
    public void Dispose() => _free.Clear();
}
