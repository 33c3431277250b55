namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// Access units: where they begin, and which of them a decoder can start from. What any thread may read here is written before the head (a release
/// store in Publish): whoever has seen a packet knows of its track what the packet says.
/// </summary>
internal sealed partial class PacketRing
{
    private long _pendingRandomAccess = -1;

    /// <summary>
    /// The first packet of the newest random access unit whose last packet has come; -1: none is kept. Behind <see cref="_pendingRandomAccess"/>
    /// while a newer one is on its way. Only the producer.
    /// </summary>
    private long _wholeRandomAccess = -1;

    /// <summary>There while a past is kept.</summary>
    private RandomAccessIndex? _points;

    /// <summary>The track whose random access unit is on its way; -1: none. Only the producer.</summary>
    private int _openPointTrack = -1;

    private uint _videoTracks;

    /// <summary>
    /// The tracks (a bit each) in which a random access point was ever seen: those whose access units must not be torn, and which a reader that lags
    /// enters again at such a point only. Any thread.
    /// </summary>
    public uint VideoTracks => Volatile.Read(ref _videoTracks);

    /// <summary>True once a video track's timestamps went backwards from one access unit to the next: it has B-frames. Any thread.</summary>
    public bool HasReordering => Volatile.Read(ref _hasReordering);

    private bool _hasReordering;

    private long _randomAccessIntervalMicros;

    /// <summary>
    /// From one random access point of a track to the next, the last time, of the track that takes longest; 0: not known yet. Any thread.
    /// </summary>
    public long RandomAccessIntervalMicros => Volatile.Read(ref _randomAccessIntervalMicros);

    /// <summary>
    /// When the newest random access point came, kept or not, on the producer's clock, of the track that has been waiting longest; 0: there was none.
    /// On the producer.
    /// </summary>
    public long RandomAccessMicros => RingTrack.OldestRandomAccess(_tracks);

    /// <summary>
    /// Other tracks from here on: what was known of the old ones says nothing of them. On the producer, with nothing left in the ring.
    /// </summary>
    public void ForgetTracks()
    {
        Volatile.Write(ref _videoTracks, 0);
        Volatile.Write(ref _hasReordering, false);
        Volatile.Write(ref _randomAccessIntervalMicros, 0);
    }

    private EntryFlags NoteFrame(int track, EntryFlags flags, uint timestamp, long sequence, long arrivalMicros)
    {
        flags &= ~EntryFlags.FrameStart;
        if ((flags & EntryFlags.Rtcp) != 0)
        {
            return flags;
        }

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
            flags |= EntryFlags.FrameStart;
        }
        else
        {
            state.IsLead &= isLead || ((flags & EntryFlags.NonVcl) != 0 && (flags & EntryFlags.Marker) == 0);
        }

        if ((flags & EntryFlags.RandomAccess) != 0)
        {
            // The parameter sets that lead the access unit share its timestamp, or stand alone just before it. A unit larger than the ring has lost
            // its start already.
            _pendingRandomAccess = state.PointStart >= _tail.Value ? state.PointStart : -1;
            _openPointTrack = track;
            Volatile.Write(ref _videoTracks, _videoTracks | (1u << track));
            if (state.NoteRandomAccess(arrivalMicros, out bool isNew))
            {
                Volatile.Write(ref _randomAccessIntervalMicros, RingTrack.LongestInterval(_tracks));
            }

            if (isNew && _pendingRandomAccess >= 0 && _options.PastDuration > TimeSpan.Zero)
            {
                (_points ??= new RandomAccessIndex()).Add(_pendingRandomAccess, arrivalMicros);
            }
        }

        if (track == _openPointTrack && (flags & EntryFlags.Marker) != 0)
        {
            ClosePoint();
        }

        return flags;
    }

    private void ClosePoint()
    {
        _wholeRandomAccess = _pendingRandomAccess;
        _openPointTrack = -1;
    }
}
