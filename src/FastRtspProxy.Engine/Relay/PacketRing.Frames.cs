namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// Access units: where they begin, and which of them a decoder can start from. What any thread may read here is written before the head (a release store in Publish): whoever has seen a packet knows of
/// its track what the packet says.
/// </summary>
internal sealed partial class PacketRing
{
    private long _pendingRandomAccess = -1;

    private uint _videoTracks;

    /// <summary>
    /// The tracks (a bit each) in which a random access point was ever seen: those whose access units must not be torn, and which a reader that lags enters again at such a point only. Any thread.
    /// </summary>
    public uint VideoTracks => Volatile.Read(ref _videoTracks);

    /// <summary>True once a video track's timestamps went backwards from one access unit to the next: it has B-frames. Any thread.</summary>
    public bool HasReordering => Volatile.Read(ref _hasReordering);

    private bool _hasReordering;

    private long _randomAccessIntervalMicros;

    /// <summary>From one random access point of a track to the next, the last time, of the track that takes longest; 0: not known yet. Any thread.</summary>
    public long RandomAccessIntervalMicros => Volatile.Read(ref _randomAccessIntervalMicros);

    /// <summary>When the newest random access point came, kept or not, on the producer's clock, of the track that has been waiting longest; 0: there was none. On the producer.</summary>
    public long RandomAccessMicros
    {
        get
        {
            long oldest = long.MaxValue;
            foreach (ref readonly TrackState track in _tracks.AsSpan())
            {
                oldest = track.HasRandomAccess ? Math.Min(oldest, track.RandomAccessMicros) : oldest;
            }

            return oldest == long.MaxValue ? 0 : oldest;
        }
    }

    /// <summary>Other tracks from here on: what was known of the old ones says nothing of them. On the producer, with nothing left in the ring.</summary>
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

        ref TrackState state = ref _tracks[track];
        bool isLead = (flags & EntryFlags.ParameterSets) != 0 && (flags & (EntryFlags.NonVcl | EntryFlags.StandsAlone)) != 0 && (flags & EntryFlags.Marker) == 0;
        if (!state.Seen || state.Timestamp != timestamp || (flags & EntryFlags.StandsAlone) != 0)
        {
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
            // The parameter sets that lead the access unit share its timestamp, or stand alone just before it. A unit larger than the ring has lost its start already.
            _pendingRandomAccess = state.PointStart >= _tail.Value ? state.PointStart : -1;
            Volatile.Write(ref _videoTracks, _videoTracks | (1u << track));
            NoteRandomAccess(ref state, arrivalMicros);
        }

        return flags;
    }

    private void NoteRandomAccess(ref TrackState state, long arrivalMicros)
    {
        if (state.HasRandomAccess && state.RandomAccessFrame == state.FrameStart)
        {
            return; // another packet of it
        }

        if (state.HasRandomAccess)
        {
            state.RandomAccessIntervalMicros = arrivalMicros - state.RandomAccessMicros;
            long longest = 0;
            foreach (ref readonly TrackState track in _tracks.AsSpan())
            {
                longest = Math.Max(longest, track.RandomAccessIntervalMicros);
            }

            Volatile.Write(ref _randomAccessIntervalMicros, longest);
        }

        state.HasRandomAccess = true;
        state.RandomAccessFrame = state.FrameStart;
        state.RandomAccessMicros = arrivalMicros;
    }

    /// <summary>The producer's notes on a track. Mutable; one owner.</summary>
    private struct TrackState
    {
        public bool Seen;
        public uint Timestamp;
        public long FrameStart;

        /// <summary>Where a reader begins if the newest access unit is a random access point: at its start, or at what leads it.</summary>
        public long PointStart;

        /// <summary>The newest access unit holds parameter sets and no picture so far, or is a packet with the program table: it belongs to the next one.</summary>
        public bool IsLead;
        public bool HasRandomAccess;
        public long RandomAccessFrame;
        public long RandomAccessMicros;
        public long RandomAccessIntervalMicros;
    }
}
