namespace FastRtspProxy.Engine.Relay;

/// <summary>What a ring tells of how much it keeps, as it was when it last took a slab. Written by the producer.</summary>
internal sealed class KeptFigures
{
    private long _bytes;
    private long _fromMicros;

    /// <summary>Bytes of its slabs. Any thread: a figure on its own.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>When the oldest packet came, on the producer's clock; 0: none was kept. Any thread.</summary>
    public long FromMicros => Volatile.Read(ref _fromMicros);

    /// <summary>
    /// When something was last given up that had to be kept for those who join in the past, because the bytes, or the memory, were used up; 0: never.
    /// On the producer.
    /// </summary>
    public long CutMicros { get; private set; }

    /// <summary>A slab was taken.</summary>
    public void Note(long bytes, long fromMicros)
    {
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _fromMicros, fromMicros);
    }

    /// <summary>A slab is given up before its time, if it is of the past that is to be kept.</summary>
    public void NoteGivenUp(in KeptSlab slab, RingOptions options, long nowMicros)
    {
        bool isOfThePast = slab.LastMicros >= nowMicros - (long)options.PastDuration.TotalMicroseconds;
        CutMicros = isOfThePast && options.PastDuration > TimeSpan.Zero ? nowMicros : CutMicros;
    }
}
