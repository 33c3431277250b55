namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// How far back the ring goes: to the newest random access unit that is whole, where a joiner begins, and to that of each track, or one before it
/// that suits players that look at more, and further only as far as some shard's viewers still stand, or a joiner is on its way; within
/// <see cref="RingOptions"/>. On the producer.
/// </summary>
internal sealed partial class PacketRing
{
    /// <summary>So much older than it has to be may be what somebody begins with: a slab goes as a whole.</summary>
    private const long OldMicros = 500_000;

    /// <summary>So many more slabs are kept for whoever is on its way.</summary>
    private const int GraceSlabs = 2;

    private PromisedPlaces _promised = new(); // mutable struct: not readonly

    /// <inheritdoc cref="KeptFigures"/>
    public KeptFigures Kept { get; } = new();

    /// <summary>What it knows of access units: the producer's, but for what says otherwise.</summary>
    public AccessUnits Units => _units;

    /// <summary>The back-end has stopped: as <see cref="Clear"/>, or what is kept stays, for those who stand in it or name a moment of it.</summary>
    public void End(bool keepsPast, long nowMicros)
    {
        if (!keepsPast)
        {
            Clear();
            return;
        }

        Publish();
        _units.Interrupt(_next);
        Volatile.Write(ref _newestRandomAccess, -1);
        _rate.Interrupt();
        GiveUpUnneeded(nowMicros);
    }

    /// <summary>A joiner will begin there: it finds its packets for the time that it takes to come. On the producer.</summary>
    public void Promise(long sequence, long nowMicros) => _promised.Add(sequence, nowMicros);

    /// <summary>
    /// Where a client begins that is to get what came at a moment: <see cref="AccessUnits.PointAt"/>, or, where no track has random access points, at
    /// the first packet that came since; -1: nothing is kept. On the producer, outside of a scope.
    /// </summary>
    public long JoinableAt(long micros, long nowMicros, int shardIndex, uint tracks = uint.MaxValue)
    {
        // What is older goes as soon as nobody needs it: it would be gone under a client that stays so far behind.
        long pastMicros = (long)_options.PastDuration.TotalMicroseconds;
        long oldestMicros = pastMicros > 0 ? nowMicros - pastMicros - OldMicros : long.MinValue + 1;
        if (_units.VideoTracks != 0)
        {
            return _units.PointAt(micros, oldestMicros, tracks);
        }

        using ReadScope scope = Read(shardIndex, Tail);
        long at = scope.Entries.FirstMediaAfter(scope.From, scope.Head, Math.Max(micros, oldestMicros) - 1);
        return at < scope.Head ? at : -1;
    }

    /// <summary>What nobody needs, is too much or too old. The newest full slab stays: a viewer may be about to say that it needs it.</summary>
    private void GiveUpUnneeded(long nowMicros)
    {
        RingOptions options = _options;
        long oldestMicros = nowMicros - (long)options.KeepDuration.TotalMicroseconds;
        long pastMicros = nowMicros - (long)options.PastDuration.TotalMicroseconds;
        long promisedFrom = _promised.LowestAt(nowMicros);
        long neededFrom = NeededFrom(promisedFrom, nowMicros);
        long heldBytes = _keptBytes;
        foreach (KeptSlab kept in _kept)
        {
            // Who was promised the oldest of it would else be lapped on its way.
            bool isPromised = kept.EndSequence > promisedFrom;
            long graceMicros = isPromised ? PromisedPlaces.JoinMicros : 0;
            long graceBytes = isPromised ? GraceSlabs * kept.Slab.Bytes : 0;
            bool fits = heldBytes <= options.KeepBytes + graceBytes && kept.LastMicros >= oldestMicros - graceMicros;

            // An eighth is for those who stand at the end of the past and go on from there, while the camera sends more than it did.
            bool isOfThePast = kept.LastMicros >= pastMicros && heldBytes <= options.KeepBytes - (options.KeepBytes / 8);
            bool isNeeded = fits && (isOfThePast || kept.EndSequence > neededFrom);
            if (isNeeded || heldBytes <= kept.Slab.Bytes)
            {
                break;
            }

            heldBytes -= kept.Slab.Bytes;
            Kept.NoteGivenUp(kept, options, nowMicros);
            MoveTail(kept.EndSequence);
        }

        FreeBelowTail();
    }

    /// <summary>When the oldest packet came that is kept; a packet that is about to be appended came now.</summary>
    private long KeptFromMicros(long nowMicros) => _tail.Value < _next ? _entries[_tail.Value].ArrivalMicros : nowMicros;

    private long NeededFrom(long promisedFrom, long nowMicros)
    {
        long needed = Math.Min(Math.Min(promisedFrom, _next), _units.NeededFrom(nowMicros));
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
