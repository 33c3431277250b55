namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A shard's leave to read a ring, and the only way to it: while it lasts, no packet from <see cref="From"/> on loses its memory. It is disposed
/// where it was opened (<c>using</c>), so that an exception in a pass leaves no announcement behind, which would keep the mount's slabs for good. On
/// the shard.
/// </summary>
internal readonly ref struct ReadScope
{
    private readonly PacketRing? _ring;
    private readonly int _shardIndex;

    internal ReadScope(PacketRing ring, int shardIndex, long from, long head, RingEntries entries)
    {
        _ring = ring;
        _shardIndex = shardIndex;
        From = from;
        Head = head;
        Entries = entries;
    }

    /// <summary>The first sequence that may be read: later than asked for when the reader was lapped.</summary>
    public long From { get; }

    /// <summary>One past the newest packet that was published when the scope began.</summary>
    public long Head { get; }

    /// <summary>The packets.</summary>
    public RingEntries Entries { get; }

    /// <summary>Takes the announcement back. Once.</summary>
    public void Dispose() => _ring?.Leave(_shardIndex);
}
