using System.Numerics;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The access units of a ring: where they begin, and which of them a decoder can start from. Written by the producer; what any thread may read here
/// is written before the ring's head (a release store in Publish): whoever has seen a packet knows of its track what the packet says.
/// </summary>
internal sealed class AccessUnits
{
    /// <summary>Of the tracks that have had a packet.</summary>
    private RingTrack[] _tracks = [];

    /// <summary>Null before the first one.</summary>
    private RandomAccessIndex? _points;

    /// <summary>When the camera was last asked for a random access point, on the producer's clock.</summary>
    private long _askedMicros = long.MinValue / 2;

    /// <summary>The track whose random access unit is on its way; -1: none.</summary>
    private int _openPointTrack = -1;

    /// <summary>Streams of which each picture stands alone are large, and nobody waits long for one.</summary>
    private const long ProbedGroupMicrosMin = 300_000;

    /// <summary>When the last access unit before <see cref="InterruptedAt"/> came; without meaning while nothing before it is kept.</summary>
    private long _lastMicros;

    /// <summary>What <see cref="RingTrack.Heard"/> said then, of the last session that had any.</summary>
    private uint _heardBefore;

    private uint _videoTracks;
    private bool _hasReordering;
    private long _randomAccessIntervalMicros;
    private long _probedMicros = ProbedPast.UsualMicros;

    /// <summary>
    /// The first packet of the newest random access unit whose last packet has come; -1: none is kept. Behind <see cref="Newest"/> while a newer one
    /// is on its way.
    /// </summary>
    private long _whole = -1;

    /// <summary>The first packet of the newest random access unit; -1: none is kept. Only the producer.</summary>
    public long Newest { get; private set; } = -1;

    /// <summary>What is kept before is of an earlier session, for those who name a moment of it alone. Only the producer.</summary>
    public long InterruptedAt { get; private set; }

    /// <summary>
    /// The tracks (a bit each) in which a random access point was ever seen: those whose access units must not be torn, and which a reader that lags
    /// enters again at such a point only. Any thread.
    /// </summary>
    public uint VideoTracks => Volatile.Read(ref _videoTracks);

    /// <summary>True once a video track's timestamps went backwards from one access unit to the next: it has B-frames. Any thread.</summary>
    public bool HasReordering => Volatile.Read(ref _hasReordering);

    /// <summary>
    /// From one of the camera's own random access points of a track to the next, the last time, of the track that takes longest, whatever was asked
    /// for in between; 0: not known yet. Any thread.
    /// </summary>
    public long RandomAccessIntervalMicros => Volatile.Read(ref _randomAccessIntervalMicros);

    /// <summary>
    /// How long players of FFmpeg's kind look at the stream before they show any of it, of the track that they look at longest. Any thread.
    /// </summary>
    public long ProbedMicros => Volatile.Read(ref _probedMicros);

    /// <summary>
    /// When the newest random access point came, kept or not, on the producer's clock, of the track that has been waiting longest; 0: there was none.
    /// Only the producer.
    /// </summary>
    public long RandomAccessMicros => RingTrack.OldestRandomAccess(_tracks);

    /// <summary>
    /// Where decoders can start that are to see what came at a moment: the newest random access point before it that is kept, else the oldest; of
    /// several tracks the earliest of theirs; -1: none is. Only the producer.
    /// </summary>
    /// <param name="micros">The moment.</param>
    /// <param name="oldestMicros">Those that came before do not count.</param>
    /// <param name="tracks">The tracks that are to be seen, others with them; where none of them has pictures, any may say where.</param>
    public long PointAt(long micros, long oldestMicros, uint tracks) =>
        PointOfEach(micros, oldestMicros, tracks, micros > _lastMicros ? InterruptedAt : 0) is >= 0 and long at ? at : Newest;

    /// <summary>The newest random access point of any of those tracks; -1: none is kept. Only the producer.</summary>
    public long NewestOf(uint tracks) =>
        _points?.At(long.MaxValue, long.MinValue, Wanted(tracks), InterruptedAt) is >= 0 and long at ? at : Newest;

    /// <summary>
    /// Where a client of those tracks begins that is to get the newest past of each, or of one, whole; -1: there is none. Only the producer.
    /// </summary>
    public long JoinableNewest(uint tracks, bool ofEach) => ofEach ? PointAt(long.MaxValue, long.MinValue, tracks) : NewestOf(tracks);

    /// <summary>
    /// Where a player best begins that looks at <see cref="ProbedMicros"/> of a stream before it shows any: at the newest random access point that is
    /// as old, else at the oldest that is not older than <see cref="ProbedPast.MicrosMax"/>; -1: there is none. Only the producer.
    /// </summary>
    public long PointForProbing(long nowMicros, uint tracks) =>
        PointOfEach(nowMicros - _probedMicros, OldestProbedMicros(nowMicros), tracks, InterruptedAt);

    /// <summary>
    /// What is kept for whoever joins goes back to there: to the newest random access point that is whole, to that of each track, and to the oldest
    /// that <see cref="PointForProbing"/> may give by and by; <see cref="long.MaxValue"/>: there is none. Only the producer.
    /// </summary>
    public long NeededFrom(long nowMicros)
    {
        long whole = _whole >= 0 ? _whole : Newest;
        long each = BitOperations.PopCount(_videoTracks) > 1 ? PointOfEach(long.MaxValue, long.MinValue, uint.MaxValue, InterruptedAt) : -1;
        long probed = _randomAccessIntervalMicros >= ProbedGroupMicrosMin
            ? _points?.At(long.MinValue, OldestProbedMicros(nowMicros), uint.MaxValue, InterruptedAt) ?? -1
            : -1;
        return Math.Min(Kept(whole), Math.Min(Kept(each), Kept(probed)));

        static long Kept(long point) => point >= 0 ? point : long.MaxValue;
    }

    /// <summary>The camera is asked for a random access point: the next one may come out of its turn. Only the producer.</summary>
    public void NoteAsked(long micros) => _askedMicros = micros;

    /// <summary>Other tracks from here on: what was known of the old ones says nothing of them.</summary>
    public void ForgetTracks()
    {
        Volatile.Write(ref _videoTracks, 0);
        Volatile.Write(ref _hasReordering, false);
        Volatile.Write(ref _randomAccessIntervalMicros, 0);
        Volatile.Write(ref _probedMicros, ProbedPast.UsualMicros);
    }

    /// <summary>Nothing is kept any more.</summary>
    public void Clear()
    {
        Newest = -1;
        _whole = -1;
        _openPointTrack = -1;
        Array.Clear(_tracks);
    }

    /// <summary>The session has ended, and what is kept of it stays: nobody begins there but who names a moment of it.</summary>
    /// <param name="sequence">Of the next packet.</param>
    public void Interrupt(long sequence)
    {
        foreach (ref readonly RingTrack track in _tracks.AsSpan())
        {
            _lastMicros = track.Seen ? Math.Max(_lastMicros, track.FrameMicros) : _lastMicros;
        }

        _heardBefore = RingTrack.Heard(_tracks) is not 0 and uint heard ? heard : _heardBefore;
        Clear();
        InterruptedAt = sequence;
    }

    /// <summary>What lies before is kept no longer. True: nor is the newest random access unit.</summary>
    public bool ForgetBefore(long sequence)
    {
        _points?.ForgetBefore(sequence);
        _whole = _whole < sequence ? -1 : _whole;
        bool isLost = Newest >= 0 && Newest < sequence;
        Newest = isLost ? -1 : Newest;
        return isLost;
    }

    /// <summary>A packet has come. What the classifier said of it, and <see cref="EntryFlags.FrameStart"/>.</summary>
    /// <param name="track">Index of the track.</param>
    /// <param name="flags">What the classifier said.</param>
    /// <param name="timestamp">On the mount's time line.</param>
    /// <param name="sequence">Its place in the ring.</param>
    /// <param name="arrivalMicros">On the producer's clock.</param>
    /// <param name="tail">The oldest packet that is kept.</param>
    public EntryFlags Note(int track, EntryFlags flags, uint timestamp, long sequence, long arrivalMicros, long tail)
    {
        flags &= ~EntryFlags.FrameStart;
        if (track >= _tracks.Length)
        {
            Array.Resize(ref _tracks, track + 1);
        }

        ref RingTrack state = ref _tracks[track];
        bool isLead = (flags & EntryFlags.ParameterSets) != 0
            && (flags & (EntryFlags.NonVcl | EntryFlags.StandsAlone)) != 0
            && (flags & EntryFlags.Marker) == 0;
        if (!state.Seen || state.Timestamp != timestamp || (flags & EntryFlags.StandsAlone) != 0)
        {
            if (track == _openPointTrack)
            {
                ClosePoint(); // the camera sets no marker
            }

            state.PointStart = state.IsLead ? state.FrameStart : sequence;
            state.IsLead = isLead;
            if (state.Seen && (int)(timestamp - state.Timestamp) < 0 && (_videoTracks & (1u << track)) != 0)
            {
                Volatile.Write(ref _hasReordering, true);
            }

            state.Seen = true;
            state.Timestamp = timestamp;
            state.FrameStart = sequence;
            state.FrameMicros = arrivalMicros;
            flags |= EntryFlags.FrameStart;
            bool isPicture = (flags & EntryFlags.StandsAlone) == 0 && (_videoTracks & (1u << track)) != 0;
            if (isPicture && state.NotePicture(arrivalMicros, _probedMicros))
            {
                Volatile.Write(ref _probedMicros, RingTrack.LongestProbed(_tracks));
            }
        }
        else
        {
            state.IsLead &= isLead || ((flags & EntryFlags.NonVcl) != 0 && (flags & EntryFlags.Marker) == 0);
        }

        if ((flags & EntryFlags.RandomAccess) != 0)
        {
            // The parameter sets that lead the access unit share its timestamp, or stand alone just before it. A unit larger than the ring has lost
            // its start already.
            Newest = state.PointStart >= tail ? state.PointStart : -1;
            _openPointTrack = track;
            Volatile.Write(ref _videoTracks, _videoTracks | (1u << track));
            if (state.NoteRandomAccess(arrivalMicros, _askedMicros, out bool isNew))
            {
                long known = state.IsIntervalOwn ? 0 : _randomAccessIntervalMicros; // that of an earlier session, too
                Volatile.Write(ref _randomAccessIntervalMicros, Math.Max(known, RingTrack.LongestInterval(_tracks)));
            }

            if (isNew && Newest >= 0)
            {
                (_points ??= new RandomAccessIndex()).Add(Newest, arrivalMicros, track);
            }
        }

        if (track == _openPointTrack && (flags & EntryFlags.Marker) != 0)
        {
            ClosePoint();
        }

        return flags;
    }

    /// <summary>Those of them that have pictures and are not silent; all such where none of them is.</summary>
    private uint Wanted(uint tracks)
    {
        uint heard = RingTrack.Heard(_tracks) is not 0 and uint now ? now : _heardBefore;
        return (tracks & heard) != 0 ? tracks & heard : heard;
    }

    private long PointOfEach(long micros, long oldestMicros, uint tracks, long from) =>
        _points?.AtOfEach(micros, oldestMicros, Wanted(tracks), from) ?? -1;

    private long OldestProbedMicros(long nowMicros) => nowMicros - ProbedPast.MicrosMax(_probedMicros, _randomAccessIntervalMicros);

    private void ClosePoint()
    {
        _whole = Newest;
        _openPointTrack = -1;
    }
}
