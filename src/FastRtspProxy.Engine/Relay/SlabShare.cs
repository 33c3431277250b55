namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A part of the pool that some renters have together: what they hold is bounded, however much is free, so that they take nothing from the rings. Any
/// thread: a place is taken by the value that the addition gives, and the sum stands for nothing else.
/// </summary>
internal sealed class SlabShare(SlabPool pool, long bytes)
{
    private long _rentedBytes;
    private int _renters;

    /// <summary>Bytes of one slab.</summary>
    public int SlabBytes => pool.SlabBytes;

    /// <summary>Bytes that are held.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

    /// <summary>
    /// How many slabs one renter may hold now: while half of the share is free, as many as it likes; else its part among all renters and one more,
    /// who may come, and at least one.
    /// </summary>
    public int SlabsOfOne => RentedBytes <= bytes / 2
        ? int.MaxValue
        : (int)Math.Max(1, bytes / pool.SlabBytes / (Volatile.Read(ref _renters) + 1L));

    /// <summary>One more holds slabs now and then; until <see cref="Leave"/>.</summary>
    public void Enter() => Interlocked.Increment(ref _renters);

    /// <inheritdoc cref="Enter"/>
    public void Leave() => Interlocked.Decrement(ref _renters);

    /// <summary>A slab with the caller as its only holder, or null when the share, or the pool, is used up.</summary>
    public Slab? TryRent()
    {
        if (Interlocked.Add(ref _rentedBytes, pool.SlabBytes) <= bytes && pool.TryRent() is { } slab)
        {
            return slab;
        }

        Interlocked.Add(ref _rentedBytes, -pool.SlabBytes);
        return null;
    }

    /// <summary>Memory of the share that is no slab; until <see cref="LetGo"/>. False: the share, or the pool, is used up.</summary>
    public bool TryHold(long more)
    {
        if (Interlocked.Add(ref _rentedBytes, more) <= bytes && pool.TryLend(more))
        {
            return true;
        }

        Interlocked.Add(ref _rentedBytes, -more);
        return false;
    }

    /// <inheritdoc cref="TryHold"/>
    public void LetGo(long less)
    {
        pool.TakeBack(less);
        Interlocked.Add(ref _rentedBytes, -less);
    }

    /// <summary>Gives it back.</summary>
    public void Release(Slab slab)
    {
        slab.Release();
        Interlocked.Add(ref _rentedBytes, -pool.SlabBytes);
    }
}
