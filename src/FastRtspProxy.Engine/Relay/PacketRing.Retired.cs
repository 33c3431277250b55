namespace FastRtspProxy.Engine.Relay;

/// <summary>Slabs that the producer gives up for good while somebody is in the middle of reading them: whoever leaves last gives them back.</summary>
internal sealed partial class PacketRing
{
    /// <summary>
    /// A stack, taken as a whole. A slab in it is nobody's but its taker's. Null but for moments: a camera was lost, or a mount removed, in the
    /// middle of a pass.
    /// </summary>
    private RetiredSlab? _retired;

    /// <summary>What <see cref="FreeBelowTail"/> had to leave, in a place where the readers find it. On the producer, with the tail moved.</summary>
    private void RetireKept()
    {
        while (_kept.TryDequeue(out KeptSlab kept))
        {
            _keptBytes -= kept.Slab.Bytes;
            Retire(new RetiredSlab(kept.Slab, kept.EndSequence));
        }

        FreeRetired();
    }

    /// <summary>
    /// The compare-exchange is a full fence, and it pairs with the exchange in Leave: whoever pushes looks at the announcements afterwards, whoever
    /// leaves looks here afterwards.
    /// </summary>
    private void Retire(RetiredSlab slab)
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
    private void FreeRetired()
    {
        while (Interlocked.Exchange(ref _retired, null) is { } taken)
        {
            // The tail was moved before these slabs were retired, so a reader that is not announced by now does not come to them any more.
            long lowest = LowestReading();
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
            if (LowestReading() < lowestKept)
            {
                return;
            }
        }
    }

    /// <summary>The lowest announcement. Acquire loads: what a reader has read before it left, it has read before its slab is given back.</summary>
    private long LowestReading()
    {
        long lowest = NotReading;
        foreach (ref RingReader[]? reader in _readers.AsSpan())
        {
            if (Volatile.Read(ref reader) is { } place)
            {
                lowest = Math.Min(lowest, Volatile.Read(ref place[0].Reading));
            }
        }

        return lowest;
    }
}
