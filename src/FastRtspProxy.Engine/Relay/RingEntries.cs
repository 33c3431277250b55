namespace FastRtspProxy.Engine.Relay;

/// <summary>The packets of a scope. Index with a sequence; only inside the scope that <see cref="PacketRing.Read"/> gave.</summary>
internal readonly ref struct RingEntries(RingEntry[] entries)
{
    private readonly RingEntry[] _entries = entries;

    /// <summary>The packet with this sequence.</summary>
    public ref readonly RingEntry this[long sequence] => ref _entries[sequence & (_entries.Length - 1)];

    /// <summary>The first packet from one sequence to another that came after a moment; the latter: none did. They stand as they came.</summary>
    public long FirstAfter(long from, long to, long micros)
    {
        while (from < to)
        {
            long middle = from + ((to - from) / 2);
            (from, to) = this[middle].ArrivalMicros > micros ? (from, middle) : (middle + 1, to);
        }

        return from;
    }

    /// <summary>The same, without RTCP.</summary>
    public long FirstMediaAfter(long from, long to, long micros)
    {
        from = FirstAfter(from, to, micros);
        while (from < to && this[from].IsRtcp)
        {
            from++;
        }

        return from;
    }
}
