namespace FastRtspProxy.Engine.Relay;

/// <summary>The producer's notes on a track of a ring. Mutable; one owner.</summary>
internal struct RingTrack
{
    /// <summary>A random access point that comes so soon after a request is taken for the answer: encoders take a picture or a few.</summary>
    private const long AnswerMicrosMax = 2_000_000;

    /// <summary>Nobody waits for the next random access point of a track that has been silent for so long while another one went on.</summary>
    private const long SilentMicros = 12_000_000;

    /// <summary>It has had a packet: <see cref="Timestamp"/>, <see cref="FrameStart"/> and <see cref="PointStart"/> say something.</summary>
    public bool Seen;

    /// <summary>Of the newest access unit.</summary>
    public uint Timestamp;

    /// <summary>Where the newest access unit begins.</summary>
    public long FrameStart;

    /// <summary>When that came, on the producer's clock.</summary>
    public long FrameMicros;

    /// <summary>Where a reader begins if the newest access unit is a random access point: at its start, or at what leads it.</summary>
    public long PointStart;

    /// <summary>
    /// The newest access unit holds parameter sets and no picture so far, or is a packet with the program table: it belongs to the next one.
    /// </summary>
    public bool IsLead;

    /// <summary>It has had a random access point: <see cref="RandomAccessFrame"/> and <see cref="RandomAccessMicros"/> say something.</summary>
    public bool HasRandomAccess;

    /// <summary>Where the newest random access point's access unit begins.</summary>
    public long RandomAccessFrame;

    /// <summary>When that came, on the producer's clock.</summary>
    public long RandomAccessMicros;

    /// <summary>The newest one is the camera's answer to a request, and came out of its turn.</summary>
    public bool RandomAccessWasAsked;

    /// <summary>
    /// How far the camera's own ones are apart: the last distance between two that nobody asked for. One that begins or ends with one that was asked
    /// for is shorter than that, so it counts where it is longer than what is known; 0 while there was one only.
    /// </summary>
    public long RandomAccessIntervalMicros;

    /// <summary>The last distance was between two that nobody asked for.</summary>
    public bool IsIntervalOwn;

    /// <summary>How long players look at it before they show any; 0: not known yet.</summary>
    public long ProbedMicros;

    /// <summary>When the first of the pictures came that are counted now; without meaning while there is none.</summary>
    private long _picturesSinceMicros;

    /// <summary>Those that are counted now, <see cref="ProbedPast.Pictures"/> at the most.</summary>
    private int _pictures;

    /// <summary>
    /// When the newest random access point of the track that has been waiting longest came, but for silent ones; 0: no track has had one.
    /// </summary>
    public static long OldestRandomAccess(ReadOnlySpan<RingTrack> tracks)
    {
        long oldest = long.MaxValue;
        long heardMicros = HeardFrom(tracks);
        foreach (ref readonly RingTrack track in tracks)
        {
            oldest = track.HasRandomAccess && track.FrameMicros >= heardMicros ? Math.Min(oldest, track.RandomAccessMicros) : oldest;
        }

        return oldest == long.MaxValue ? 0 : oldest;
    }

    /// <summary>The interval of the track whose random access points are furthest apart, but for silent ones.</summary>
    public static long LongestInterval(ReadOnlySpan<RingTrack> tracks)
    {
        long longest = 0;
        long heardMicros = HeardFrom(tracks);
        foreach (ref readonly RingTrack track in tracks)
        {
            longest = track.FrameMicros >= heardMicros ? Math.Max(longest, track.RandomAccessIntervalMicros) : longest;
        }

        return longest;
    }

    /// <summary>The tracks that have had a random access point, but for silent ones, a bit each.</summary>
    public static uint Heard(ReadOnlySpan<RingTrack> tracks)
    {
        uint heard = 0;
        long heardMicros = HeardFrom(tracks);
        for (int i = 0; i < tracks.Length; i++)
        {
            heard |= tracks[i].HasRandomAccess && tracks[i].FrameMicros >= heardMicros ? 1u << i : 0;
        }

        return heard;
    }

    /// <summary>Of the track that players look at longest.</summary>
    public static long LongestProbed(ReadOnlySpan<RingTrack> tracks)
    {
        long longest = 0;
        foreach (ref readonly RingTrack track in tracks)
        {
            longest = Math.Max(longest, track.ProbedMicros);
        }

        return longest;
    }

    /// <summary>Since when a track with random access points must have had a packet, not to count as silent.</summary>
    private static long HeardFrom(ReadOnlySpan<RingTrack> tracks)
    {
        long newestMicros = long.MinValue;
        foreach (ref readonly RingTrack track in tracks)
        {
            newestMicros = track.HasRandomAccess ? Math.Max(newestMicros, track.FrameMicros) : newestMicros;
        }

        return newestMicros == long.MinValue ? newestMicros : newestMicros - SilentMicros;
    }

    /// <summary>A picture begins. True: it is the last of those whose time is taken.</summary>
    /// <param name="arrivalMicros">Of its first packet.</param>
    /// <param name="usualMicros">What counts as known while <see cref="ProbedMicros"/> is not.</param>
    public bool NotePicture(long arrivalMicros, long usualMicros)
    {
        bool isLast = _pictures == ProbedPast.Pictures;
        if (isLast)
        {
            ProbedMicros = ProbedPast.Micros(ProbedMicros > 0 ? ProbedMicros : usualMicros, arrivalMicros - _picturesSinceMicros);
            _pictures = 0;
        }

        _picturesSinceMicros = _pictures == 0 ? arrivalMicros : _picturesSinceMicros;
        _pictures++;
        return isLast;
    }

    /// <summary>The newest access unit is a random access point. True: there was one before it, so there is an interval.</summary>
    /// <param name="arrivalMicros">Of its packet.</param>
    /// <param name="askedMicros">When the camera was last asked for one.</param>
    /// <param name="isNew">It is the first packet of it that tells.</param>
    public bool NoteRandomAccess(long arrivalMicros, long askedMicros, out bool isNew)
    {
        isNew = !HasRandomAccess || RandomAccessFrame != FrameStart;
        if (!isNew)
        {
            return false;
        }

        bool isInterval = HasRandomAccess;
        bool wasAsked = askedMicros > RandomAccessMicros && arrivalMicros - askedMicros is >= 0 and <= AnswerMicrosMax;
        if (isInterval)
        {
            long interval = arrivalMicros - RandomAccessMicros;
            IsIntervalOwn = !wasAsked && !RandomAccessWasAsked;
            RandomAccessIntervalMicros = IsIntervalOwn ? interval : Math.Max(RandomAccessIntervalMicros, interval);
        }

        RandomAccessWasAsked = wasAsked;
        HasRandomAccess = true;
        RandomAccessFrame = FrameStart;
        RandomAccessMicros = arrivalMicros;
        return isInterval;
    }
}
