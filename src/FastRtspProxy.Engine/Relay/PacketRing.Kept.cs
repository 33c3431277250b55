namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// How far back the ring goes: to the newest random access unit that is whole, where a joiner begins, or one before it that is a second old, and
/// further only as far as some shard's viewers still stand, or a joiner is on its way; within <see cref="RingOptions"/>. On the producer.
/// </summary>
internal sealed partial class PacketRing
{
    /// <summary>From the grant of a place to the first pass that knows of the viewer: the answer to PLAY goes out in between.</summary>
    private const long JoinMicros = 2_000_000;

    /// <summary>So much older than it has to be may be what somebody begins with: a slab goes as a whole.</summary>
    private const long OldMicros = 500_000;

    /// <summary>So many more slabs are kept for whoever is on its way.</summary>
    private const int GraceSlabs = 2;

    /// <summary>
    /// The lowest place that was promised to a joiner since <see cref="_promisesSinceMicros"/>, and in the time before that of the same length.
    /// </summary>
    private long _promised = long.MaxValue;
    private long _promisedBefore = long.MaxValue;
    private long _promisesSinceMicros;

    /// <summary>When a place was last promised; nobody is on his way so long after it.</summary>
    private long _promisedAtMicros = -JoinMicros;

    private long _keptFigure;
    private long _keptFromMicros;

    /// <summary>Bytes of the slabs that the ring held when it last took one. Any thread: a figure on its own.</summary>
    public long KeptBytes => Volatile.Read(ref _keptFigure);

    /// <summary>When the oldest packet came that was kept then, on the producer's clock; 0: none was. Any thread.</summary>
    public long KeptFromMicros => Volatile.Read(ref _keptFromMicros);

    /// <summary>
    /// When something was last given up that had to be kept for those who join in the past, because the bytes, or the memory, were used up; 0: never.
    /// On the producer.
    /// </summary>
    public long PastCutMicros { get; private set; }

    /// <summary>A joiner will begin there: it finds its packets for the time that it takes to come. On the producer.</summary>
    public void Promise(long sequence, long nowMicros)
    {
        if (nowMicros - _promisesSinceMicros >= JoinMicros)
        {
            _promisedBefore = PromisedFrom(nowMicros);
            _promised = sequence;
            _promisesSinceMicros = nowMicros;
        }

        _promised = Math.Min(_promised, sequence);
        _promisedAtMicros = nowMicros;
    }

    /// <summary>
    /// Where a client begins that is to get what came at a moment: <see cref="AccessUnits.PointAt"/>, or, where no track has random access points, at
    /// the first packet that came since; -1: nothing is kept. On the producer, outside of a scope.
    /// </summary>
    public long JoinableAt(long micros, long nowMicros, int shardIndex)
    {
        // What is older goes as soon as nobody needs it: it would be gone under a client that stays so far behind.
        long pastMicros = (long)_options.PastDuration.TotalMicroseconds;
        long oldestMicros = pastMicros > 0 ? nowMicros - pastMicros - OldMicros : long.MinValue + 1;
        if (_units.VideoTracks != 0)
        {
            return _units.PointAt(micros, oldestMicros);
        }

        using ReadScope scope = Read(shardIndex, Tail);
        PacketRing.EntriesView entries = scope.Entries;
        long at = entries.FirstAfter(scope.From, scope.Head, Math.Max(micros, oldestMicros) - 1);
        while (at < scope.Head && entries[at].IsRtcp)
        {
            at++;
        }

        return at < scope.Head ? at : -1;
    }

    /// <inheritdoc cref="AccessUnits.PointForProbing"/>
    public long JoinableForProbing(long nowMicros) => _units.PointForProbing(nowMicros);

    /// <summary>The lowest place that somebody is on his way to; where others follow, for up to twice <see cref="JoinMicros"/>.</summary>
    private long PromisedFrom(long nowMicros) =>
        nowMicros - _promisedAtMicros >= JoinMicros ? long.MaxValue
        : nowMicros - _promisesSinceMicros >= JoinMicros ? _promised
        : Math.Min(_promised, _promisedBefore);

    /// <summary>
    /// What nobody needs, and what is too much, or too old. The newest full slab stays: a viewer may be about to say that it needs it.
    /// </summary>
    private void GiveUpUnneeded(long nowMicros)
    {
        RingOptions options = _options;
        long oldestMicros = nowMicros - (long)options.KeepDuration.TotalMicroseconds;
        long pastMicros = nowMicros - (long)options.PastDuration.TotalMicroseconds;
        long promisedFrom = PromisedFrom(nowMicros);
        long neededFrom = NeededFrom(promisedFrom, nowMicros);
        long heldBytes = _keptBytes;
        foreach (KeptSlab kept in _kept)
        {
            // Who was promised the oldest of it would else be lapped on its way.
            bool isPromised = kept.EndSequence > promisedFrom;
            long graceMicros = isPromised ? JoinMicros : 0;
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
            NoteCut(kept, nowMicros);
            MoveTail(kept.EndSequence);
        }

        FreeBelowTail();
    }

    private void NoteCut(in KeptSlab kept, long nowMicros)
    {
        bool isOfThePast = kept.LastMicros >= nowMicros - (long)_options.PastDuration.TotalMicroseconds;
        PastCutMicros = isOfThePast && _options.PastDuration > TimeSpan.Zero ? nowMicros : PastCutMicros;
    }

    /// <summary>For whoever asks how much is kept. A packet that is about to be appended came now.</summary>
    private void NoteKept(long nowMicros)
    {
        long tail = _tail.Value;
        Volatile.Write(ref _keptFigure, HeldBytes);
        Volatile.Write(ref _keptFromMicros, tail < _next ? _entries[tail & (_entries.Length - 1)].ArrivalMicros : nowMicros);
    }

    private long NeededFrom(long promisedFrom, long nowMicros)
    {
        long needed = Math.Min(promisedFrom, _next);
        long point = _units.Joinable;
        needed = point >= 0 ? Math.Min(needed, point) : needed;
        long probed = _units.OldestForProbing(nowMicros);
        needed = probed >= 0 ? Math.Min(needed, probed) : needed;
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
