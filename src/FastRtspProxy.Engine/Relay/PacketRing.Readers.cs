namespace FastRtspProxy.Engine.Relay;

/// <summary>The readers' side: scopes, entries, wake-ups.</summary>
internal sealed partial class PacketRing
{
    /// <summary>What a shard without a scope announces: it keeps nothing.</summary>
    internal const long NotReading = long.MaxValue;

    private readonly IRingListener?[] _listeners;

    /// <summary>By shard, a place of one; null: it has never read. Made and written by the shard, looked at by the producer.</summary>
    private readonly RingReader[]?[] _readers;

    /// <summary>
    /// Begins a read of packets from <paramref name="from"/> on; the scope must be disposed. It begins later than asked for when the reader was
    /// lapped. One scope at a time for each shard; on the shard.
    /// </summary>
    public ReadScope Read(int shardIndex, long from)
    {
        ref long reading = ref PlaceOf(shardIndex).Reading;
        if (reading != NotReading)
        {
            ThrowNested();
        }

        while (true)
        {
            // Pairs with the fence in FreeBelowTail: our announcement is out before we look at the tail. The store is a release, so that the reads of
            // an earlier scope are over before the producer can see a later announcement. Store then load, so it takes a full fence between them, on
            // every processor (see the type's remarks).
            Volatile.Write(ref reading, from);
            Interlocked.MemoryBarrier();
            long tail = Volatile.Read(ref _tail.Value);
            if (from >= tail)
            {
                break;
            }

            from = tail;
        }

        // Acquire loads; they pair with the release stores in Publish and EntryTable. Entries are newer than, or as new as, the head that was seen:
        // they are replaced before Publish.
        long head = Volatile.Read(ref _head.Value);
        return new ReadScope(this, shardIndex, from, head, _entries.Present);
    }

    /// <summary>Ends a scope: for <see cref="ReadScope"/> only.</summary>
    internal void Leave(int shardIndex)
    {
        // A full fence, and it pairs with those in Retire: either the producer (or another who leaves) sees that we are gone, or we see what was left
        // for us. As a release it also ends our reads before a slab can be handed out anew. A plain release store might still be on its way when we
        // look, and the slabs would be nobody's (models/leave.pml).
        Interlocked.Exchange(ref _readers[shardIndex]![0].Reading, NotReading);
        if (_retired.HasAny)
        {
            _retired.Free();
        }
    }

    /// <summary>
    /// From the next <see cref="Publish"/> on the listener is woken; what was published before stands in <see cref="Head"/>, read after this call.
    /// Any thread; one listener a shard.
    /// </summary>
    /// <remarks>
    /// A full fence, and it pairs with the one in Wake: either the producer sees the listener, or the listener sees the head. With a plain store both
    /// could miss each other, and the newest packet would lie there until the next one comes (models/subscribe.pml).
    /// </remarks>
    public void Subscribe(int shardIndex, IRingListener listener) => Interlocked.Exchange(ref _listeners[shardIndex], listener);

    /// <summary>
    /// No more wake-ups for the shard, but for one that is on its way. A release store will do: a wake-up too many finds nothing to do.
    /// </summary>
    public void Unsubscribe(int shardIndex)
    {
        Volatile.Write(ref _listeners[shardIndex], null);
        Want(shardIndex, NotReading);
    }

    /// <summary>
    /// The shard's viewers still need what lies from there on, as far as the ring can keep it; <see cref="long.MaxValue"/>: nothing. Said once a
    /// pass; on the shard. Not lower than any of its viewers needs, it may be older than the viewers: they only go forward.
    /// </summary>
    public void Want(int shardIndex, long from)
    {
        ref long wanted = ref PlaceOf(shardIndex).Wanted;
        if (wanted != from)
        {
            Volatile.Write(ref wanted, from);
        }
    }

    /// <summary>A release store, so that whoever finds a place finds it as it was made; what is announced in it has a fence of its own.</summary>
    private ref RingReader PlaceOf(int shardIndex)
    {
        RingReader[]? place = _readers[shardIndex];
        if (place is null)
        {
            place = [new RingReader { Reading = NotReading, Wanted = NotReading }];
            Volatile.Write(ref _readers[shardIndex], place);
        }

        return ref place[0];
    }

    private static void ThrowNested() =>
        throw new InvalidOperationException("A shard reads a ring in one scope at a time: the inner one would end the outer one's announcement.");

    private void Wake()
    {
        // Pairs with the exchange in Subscribe: the head is out before we look at who listens. Store then load again, once a batch.
        Interlocked.MemoryBarrier();
        foreach (ref IRingListener? listener in _listeners.AsSpan())
        {
            Volatile.Read(ref listener)?.OnPublished();
        }
    }
}
