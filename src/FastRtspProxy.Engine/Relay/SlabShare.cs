namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A part of the pool that some renters have together: what they hold is bounded, however much is free, so that they take nothing from the rings. Any
/// thread: a place is taken by the value that the addition gives, and the sum stands for nothing else.
/// </summary>
internal sealed class SlabShare(SlabPool pool, long bytes)
{
    private long _rentedBytes;

    /// <summary>Bytes of one slab.</summary>
    public int SlabBytes => pool.SlabBytes;

    /// <summary>Bytes that are held.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

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

    /// <summary>Gives it back.</summary>
    public void Release(Slab slab)
    {
        slab.Release();
        Interlocked.Add(ref _rentedBytes, -pool.SlabBytes);
    }
}
