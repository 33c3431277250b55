namespace FastRtspProxy.Engine.Relay;

/// <summary>The readers' side: scopes, entries, wake-ups.</summary>
internal sealed partial class PacketRing
{
    private readonly IRingListener?[] _listeners;

    /// <summary>The packets of a scope. Index with a sequence; only between <see cref="BeginRead"/> and <see cref="EndRead"/>.</summary>
    public readonly ref struct EntriesView(RingEntry[] entries)
    {
        private readonly RingEntry[] _entries = entries;

        /// <summary>The packet with this sequence.</summary>
        public ref readonly RingEntry this[long sequence] => ref _entries[sequence & (_entries.Length - 1)];
    }

    /// <summary>
    /// Begins a read of packets from <paramref name="from"/> on. Returns the first sequence that may be read: later than asked for when the reader was lapped.
    /// One scope at a time for each shard; on the shard.
    /// </summary>
    public long BeginRead(int shardIndex, long from, out long head, out EntriesView entries)
    {
        ref long reading = ref _reading[shardIndex].Value;
        while (true)
        {
            // Pairs with the fence in FreeBelowTail: our announcement is out before we look at the tail.
            Volatile.Write(ref reading, from);
            Interlocked.MemoryBarrier();
            long tail = Volatile.Read(ref _tail.Value);
            if (from >= tail)
            {
                break;
            }

            from = tail;
        }

        head = Volatile.Read(ref _head.Value);
        entries = new EntriesView(Volatile.Read(ref _entries));
        return from;
    }

    /// <summary>Ends the scope.</summary>
    public void EndRead(int shardIndex) => Volatile.Write(ref _reading[shardIndex].Value, long.MaxValue);

    /// <summary>From the next <see cref="Publish"/> on the listener is woken. Any thread; one listener a shard.</summary>
    public void Subscribe(int shardIndex, IRingListener listener) => Volatile.Write(ref _listeners[shardIndex], listener);

    /// <summary>No more wake-ups for the shard.</summary>
    public void Unsubscribe(int shardIndex) => Volatile.Write(ref _listeners[shardIndex], null);

    private void Wake()
    {
        foreach (ref IRingListener? listener in _listeners.AsSpan())
        {
            Volatile.Read(ref listener)?.OnPublished();
        }
    }
}
