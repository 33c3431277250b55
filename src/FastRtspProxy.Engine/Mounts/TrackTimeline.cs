namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Puts one track's packets on the mount's own timeline: sequence numbers and timestamps that never start anew, whatever the camera does. Within a session
/// both move by a constant, so that a camera's losses stay visible and its timing is kept to the tick.
/// </summary>
internal sealed class TrackTimeline
{
    /// <summary>RFC 3550 A.1: MAX_DROPOUT. A larger step forward, and any step back, is a new start.</summary>
    private const int SequenceStepMax = 3000;

    /// <summary>A larger step of the timestamp that the arrival does not show is a jump of the camera's clock.</summary>
    private const int JumpAheadSeconds = 5;

    /// <summary>B-frames go back by some frames; more is a jump.</summary>
    private const int JumpBackSeconds = 2;

    private readonly MediaClock _clock;
    private readonly uint _timestampBase;
    private readonly int _clockRate;
    private bool _inSession;
    private ushort _lastIn;
    private uint _lastInTimestamp;
    private uint _sourceSsrc;
    private ushort _next;
    private long _ticks;
    private bool _hasTicks;
    private long? _promisedTicks;

    public TrackTimeline(MediaClock clock, int clockRate, ushort firstSequenceNumber, uint timestampBase)
    {
        _clock = clock;
        _clockRate = clockRate > 0 ? clockRate : 90_000;
        _next = firstSequenceNumber;
        _timestampBase = timestampBase;
    }

    /// <summary>The sequence number of the next packet.</summary>
    public ushort NextSequenceNumber => _next;

    /// <summary>When the newest packet came.</summary>
    public long LastArrivalMicros { get; private set; }

    /// <summary>True once a packet went through since the session began.</summary>
    public bool InSession => _inSession;

    /// <summary>True while numbers were promised and the packet has not come.</summary>
    public bool HasPromise => _promisedTicks is not null;

    /// <summary>The media time of the newest packet.</summary>
    public long MediaMicros => ToMicros(_ticks);

    /// <summary>Jumps of the camera's clock or numbers that were levelled out.</summary>
    public long Jumps { get; private set; }

    /// <summary>The camera begins anew.</summary>
    public void BeginSession() => _inSession = false;

    /// <summary>
    /// Promises the numbers of the next packet, which begins a session (RTP-Info of a client that joins an idle mount). The same promise is given until the
    /// packet has come.
    /// </summary>
    public (ushort SequenceNumber, uint RtpTime) Promise(long nowMicros)
    {
        long ticks = _promisedTicks ??= AfterLast(ToTicks(_clock.Extrapolate(nowMicros)));
        return (_next, Timestamp(ticks));
    }

    /// <summary>The timestamp that belongs to a moment, by the newest packet and the time since.</summary>
    public uint TimestampAt(long nowMicros) => Timestamp(_ticks + ((nowMicros - LastArrivalMicros) * _clockRate / 1_000_000));

    /// <summary>The timestamp of a media time.</summary>
    public uint TimestampOf(long mediaMicros) => Timestamp(ToTicks(mediaMicros));

    /// <summary>The media time that a timestamp of the camera stands for; false while the track is not in a session, or for another source.</summary>
    public bool TryMediaOf(uint ssrc, uint cameraTimestamp, out long mediaMicros)
    {
        mediaMicros = ToMicros(_ticks + (int)(cameraTimestamp - _lastInTimestamp));
        return _inSession && ssrc == _sourceSsrc;
    }

    /// <summary>The numbers of a packet on the mount's timeline; false: a repeated packet.</summary>
    public bool TryMap(uint ssrc, ushort sequenceNumber, uint timestamp, long arrivalMicros, out ushort mappedSequenceNumber, out uint mappedTimestamp)
    {
        if (!_inSession)
        {
            Begin(arrivalMicros);
        }
        else
        {
            int step = (short)(sequenceNumber - _lastIn);
            if (ssrc == _sourceSsrc && step == 0)
            {
                mappedSequenceNumber = 0;
                mappedTimestamp = 0;
                return false;
            }

            if (ssrc == _sourceSsrc && step is > 0 and < SequenceStepMax)
            {
                _next = (ushort)(_next + step - 1);
            }
            else
            {
                Jumps++;
            }

            Advance(ssrc, timestamp, arrivalMicros);
        }

        _sourceSsrc = ssrc;
        _lastIn = sequenceNumber;
        _lastInTimestamp = timestamp;
        LastArrivalMicros = arrivalMicros;
        mappedSequenceNumber = _next++;
        mappedTimestamp = Timestamp(_ticks);
        _clock.Note(ToMicros(_ticks), arrivalMicros);
        return true;
    }

    private void Begin(long arrivalMicros)
    {
        _inSession = true;
        if (_promisedTicks is { } promised)
        {
            _promisedTicks = null;
            _ticks = promised;
            _clock.TakeUpAt(ToMicros(promised), arrivalMicros);
        }
        else
        {
            _ticks = AfterLast(ToTicks(_clock.TakeUp(arrivalMicros)));
        }

        _hasTicks = true;
    }

    private void Advance(uint ssrc, uint timestamp, long arrivalMicros)
    {
        int step = (int)(timestamp - _lastInTimestamp);
        if (ssrc != _sourceSsrc || IsJump(step, arrivalMicros))
        {
            if (ssrc == _sourceSsrc)
            {
                Jumps++;
            }

            // Another source, or a clock that jumped: the time that really went by, and at least one tick.
            _ticks += Math.Max(1, (arrivalMicros - LastArrivalMicros) * _clockRate / 1_000_000);
            return;
        }

        _ticks += step;
    }

    /// <summary>
    /// A step is a jump when it is large and the time between the arrivals does not show it. A burst after a stall has small steps, and a track that was quiet
    /// for minutes has a large one that its arrival shows.
    /// </summary>
    private bool IsJump(int step, long arrivalMicros)
    {
        if (step >= -(long)JumpBackSeconds * _clockRate && step <= (long)JumpAheadSeconds * _clockRate)
        {
            return false;
        }

        long elapsed = (arrivalMicros - LastArrivalMicros) * _clockRate / 1_000_000;
        return Math.Abs(step - elapsed) > Math.Max((long)JumpAheadSeconds * _clockRate, elapsed / 2);
    }

    private long AfterLast(long ticks) => _hasTicks ? Math.Max(ticks, _ticks + 1) : ticks;

    private uint Timestamp(long ticks) => unchecked(_timestampBase + (uint)ticks);

    private long ToTicks(long micros) => (micros / 1_000_000 * _clockRate) + (micros % 1_000_000 * _clockRate / 1_000_000);

    private long ToMicros(long ticks) => (ticks / _clockRate * 1_000_000) + (ticks % _clockRate * 1_000_000 / _clockRate);
}
