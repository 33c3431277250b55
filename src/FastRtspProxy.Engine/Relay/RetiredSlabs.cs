namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// Slabs that the producer of a ring gives up for good while somebody is in the middle of reading them: whoever leaves last gives them back. Any
/// thread.
/// </summary>
/// <param name="readers">The announcements of those who read, by shard.</param>
internal sealed class RetiredSlabs(RingReader[]?[] readers)
{
    /// <summary>
    /// A stack, taken as a whole. A slab in it is nobody's but its taker's. Null but for moments: a camera was lost, or a mount removed, in the
    /// middle of a pass.
    /// </summary>
    private RetiredSlab? _retired;

    /// <summary>There is something for whoever leaves: an acquire load.</summary>
    public bool HasAny => Volatile.Read(ref _retired) is not null;

    /// <summary>
    /// The compare-exchange is a full fence, and it pairs with the exchange in Leave: whoever pushes looks at the announcements afterwards, whoever
    /// leaves looks here afterwards.
    /// </summary>
    public void Retire(RetiredSlab slab)
    {
        RetiredSlab? top = Volatile.Read(ref _retired);
        while (true)
        {
            slab.Next = top;
            RetiredSlab? seen = Interlocked.CompareExchange(ref _retired, slab, top);
            if (ReferenceEquals(seen, top))
            {
                return;
            }

            top = seen;
        }
    }

    /// <summary>
    /// Gives back what nobody reads any more. Any thread: the producer that has retired, and each reader that leaves and finds something here.
    /// </summary>
    public void Free()
    {
        while (Interlocked.Exchange(ref _retired, null) is { } taken)
        {
            // The tail was moved before these slabs were retired, so a reader that is not announced by now does not come to them any more.
            long lowest = RingReader.Lowest(readers);
            long lowestKept = long.MaxValue;
            for (RetiredSlab? slab = taken; slab is not null;)
            {
                RetiredSlab? next = slab.Next;
                if (slab.EndSequence <= lowest)
                {
                    slab.Slab.Release();
                }
                else
                {
                    lowestKept = Math.Min(lowestKept, slab.EndSequence);
                    Retire(slab);
                }

                slab = next;
            }

            // A reader that left while the slabs were in our hands found nothing here: they are ours to look at again. One that is still there finds
            // them.
            if (RingReader.Lowest(readers) < lowestKept)
            {
                return;
            }
        }
    }
}
