namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// How far back the ring goes: to the newest random access unit that is whole, where a joiner begins, and further only as far as some shard's viewers
/// still stand, or a joiner is on its way; within <see cref="RingOptions"/>. On the producer.
/// </summary>
internal sealed partial class PacketRing
{
    /// <summary>From the grant of a place to the first pass that knows of the viewer: the answer to PLAY goes out in between.</summary>
    private const long JoinMicros = 2_000_000;

    /// <summary>So many more slabs are kept for whoever is on its way.</summary>
    private const int GraceSlabs = 2;

    /// <summary>The lowest place that was promised to a joiner, until <see cref="_promisedUntilMicros"/>.</summary>
    private long _promised;
    private long _promisedUntilMicros;

    /// <summary>A joiner will begin there: it finds its packets for the time that it takes to come. On the producer.</summary>
    public void Promise(long sequence, long nowMicros)
    {
        _promised = nowMicros < _promisedUntilMicros ? Math.Min(_promised, sequence) : sequence;
        _promisedUntilMicros = nowMicros + JoinMicros;
    }

    /// <inheritdoc cref="AccessUnits.PointAt"/>
    public long RandomAccessAt(long micros) => _units.PointAt(micros);

    /// <summary>
    /// What nobody needs, and what is too much, or too old. The newest full slab stays: a viewer may be about to say that it needs it.
    /// </summary>
    private void GiveUpUnneeded(long nowMicros)
    {
        RingOptions options = _options;
        long oldestMicros = nowMicros - (long)options.KeepDuration.TotalMicroseconds;
        long pastMicros = nowMicros - (long)options.PastDuration.TotalMicroseconds;
        long neededFrom = NeededFrom(nowMicros);
        long heldBytes = _keptBytes;
        foreach (KeptSlab kept in _kept)
        {
            // Who was promised the oldest of it would else be lapped on its way.
            bool isPromised = nowMicros < _promisedUntilMicros && kept.EndSequence > _promised;
            long graceMicros = isPromised ? JoinMicros : 0;
            long graceBytes = isPromised ? GraceSlabs * kept.Slab.Bytes : 0;
            bool isNeeded = (kept.EndSequence > neededFrom || kept.LastMicros >= pastMicros)
                && heldBytes <= options.KeepBytes + graceBytes && kept.LastMicros >= oldestMicros - graceMicros;
            if (isNeeded || heldBytes <= kept.Slab.Bytes)
            {
                break;
            }

            heldBytes -= kept.Slab.Bytes;
            MoveTail(kept.EndSequence);
        }

        FreeBelowTail();
    }

    private long NeededFrom(long nowMicros)
    {
        long needed = nowMicros < _promisedUntilMicros ? _promised : _next;
        long point = _units.Joinable;
        needed = point >= 0 ? Math.Min(needed, point) : needed;
        foreach (ref RingReader[]? reader in _readers.AsSpan())
        {
            // No partner: a wish that comes late is as one that came a moment later.
            if (Volatile.Read(ref reader) is { } place)
            {
                needed = Math.Min(needed, Volatile.Read(ref place[0].Wanted));
            }
        }

        return needed;
    }
}
