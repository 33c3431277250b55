namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Puts one track's packets on the mount's own timeline: sequence numbers and timestamps that never start anew, whatever the camera does. Within a
/// session both move by a constant, so that a camera's losses stay visible and its timing is kept to the tick.
/// </summary>
internal sealed class TrackTimeline
{
    /// <summary>
    /// RFC 3550 A.1: MAX_DROPOUT. A larger step forward, and any step back, is a new start, or so many losses that they cannot be told from one.
    /// </summary>
    private const int SequenceStepMax = 3000;

    /// <summary>A line that stays below what was sent for so many pictures is a clock that was set back.</summary>
    private const int HeldBackMax = 8;

    /// <summary>
    /// A track that begins so much later than the others (a microphone that is switched on, metadata of events) begins with its own time: at the one
    /// that was promised for the beginning it would be that far behind the pictures for as long as the session lasts.
    /// </summary>
    private const long LateMicros = 1_000_000;

    private readonly MediaClock _clock;
    private readonly uint _timestampBase;
    private readonly int _clockRate;

    /// <summary>True once a packet went through since the session began; the fields of the last packet have a meaning then.</summary>
    private bool _inSession;

    /// <summary>The camera's sequence number of the last packet, be it sent or left out.</summary>
    private ushort _lastIn;

    /// <summary>The camera's timestamp of the last packet that was sent, which stands for <see cref="_ticks"/>.</summary>
    private uint _lastInTimestamp;

    /// <summary>The source of the last packet that was sent.</summary>
    private uint _sourceSsrc;

    /// <summary>Our number of the next packet: goes on over all sessions.</summary>
    private ushort _next;

    /// <summary>The newest place on the line from the camera's timestamps to ours, in ticks of media time.</summary>
    private long _ticks;

    /// <summary>False before the first packet of all.</summary>
    private bool _hasTicks;

    /// <summary>What was promised for the first packet of the session; null: nothing was, or the packet has come.</summary>
    private long? _promisedTicks;

    /// <summary>What is sent: <see cref="_ticks"/>, where that does not go back.</summary>
    private long _sentTicks;

    /// <summary>Knows what was sent, over all sessions.</summary>
    private DecodingOrder _order;

    /// <summary>Knows how the packets of this session came.</summary>
    private JumpDetector _jumps;

    /// <summary>Pictures in a row whose times were below what may be sent.</summary>
    private int _heldBack;

    /// <summary>
    /// Where the present line from timestamps to ticks began, less a second for the first one of a session: a line older than a second is no stray
    /// timestamp.
    /// </summary>
    private long _lineStartTicks;

    /// <summary>True while a stray timestamp may lead back to the line before the present one, of which the next two fields name a point.</summary>
    private bool _hasLineBefore;
    private long _ticksBefore;
    private uint _timestampBefore;

    /// <param name="clock">The mount's.</param>
    /// <param name="clockRate">RTP ticks a second.</param>
    /// <param name="firstSequenceNumber">Of the first packet.</param>
    /// <param name="timestampBase">The timestamp of media time 0.</param>
    /// <param name="mayReorder">Pictures may come in another order than they are shown in (B-frames).</param>
    public TrackTimeline(MediaClock clock, int clockRate, ushort firstSequenceNumber, uint timestampBase, bool mayReorder = true)
    {
        _order = new DecodingOrder(mayReorder);
        _clock = clock;
        _clockRate = clockRate > 0 ? clockRate : 90_000;
        _jumps = new JumpDetector(_clockRate);
        _next = firstSequenceNumber;
        _timestampBase = timestampBase;
    }

    /// <summary>The sequence number of the next packet.</summary>
    public ushort NextSequenceNumber => _next;

    /// <summary>When the newest packet came.</summary>
    public long LastArrivalMicros { get; private set; }

    /// <summary>True once a packet went through since the session began.</summary>
    public bool InSession => _inSession;

    /// <summary>Other tracks have begun the session long ago: a time that was promised for the beginning is not that of the next packet.</summary>
    public bool IsLate(long nowMicros) => _clock.SinceBegunMicros(nowMicros) > LateMicros;

    /// <summary>True while numbers were promised and the packet has not come.</summary>
    public bool HasPromise => _promisedTicks is not null;

    /// <summary>The media time of the newest packet: that of <see cref="_ticks"/>, worked out once a picture and turn.</summary>
    public long MediaMicros { get; private set; }

    /// <summary>
    /// The newest packet is of the same picture as the one before it, and came in the same turn: nothing but its number is news.
    /// </summary>
    public bool IsSameMoment { get; private set; }

    /// <summary>Jumps of the camera's clock or numbers that were levelled out.</summary>
    public long Jumps { get; private set; }

    /// <summary>The camera begins anew. What was promised for a packet that did not come is forgotten: the other tracks have gone on since.</summary>
    public void BeginSession()
    {
        _inSession = false;
        _promisedTicks = null;
    }

    /// <summary>
    /// Promises the numbers of the next packet, which begins a session (RTP-Info of a client that joins an idle mount). The same promise is given
    /// until the packet has come.
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
    public bool TryMap(
        uint ssrc, ushort sequenceNumber, uint timestamp, long arrivalMicros, out ushort mappedSequenceNumber, out uint mappedTimestamp)
    {
        bool isSamePicture = _inSession && ssrc == _sourceSsrc && timestamp == _lastInTimestamp;
        IsSameMoment = isSamePicture && arrivalMicros == LastArrivalMicros && (ushort)(sequenceNumber - _lastIn) == 1;
        if (IsSameMoment)
        {
            _lastIn = sequenceNumber;
            mappedSequenceNumber = _next++;
            mappedTimestamp = Timestamp(_sentTicks);
            return true;
        }

        if (!_inSession)
        {
            Begin(arrivalMicros);
        }
        else
        {
            int step = (short)(sequenceNumber - _lastIn);
            bool isNext = ssrc == _sourceSsrc && step == 1;
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
                if (ssrc == _sourceSsrc && IsLoss(step, timestamp, arrivalMicros))
                {
                    // As many as a receiver takes for loss: told more, it would throw packets away until it believes in a new start.
                    _next = (ushort)(_next + SequenceStepMax - 2);
                }
            }

            Advance(ssrc, timestamp, arrivalMicros, isNext);
        }

        _sourceSsrc = ssrc;
        _lastIn = sequenceNumber;
        _lastInTimestamp = timestamp;
        LastArrivalMicros = arrivalMicros;
        mappedSequenceNumber = _next++;
        if (!isSamePicture)
        {
            KeepOrder();
        }

        mappedTimestamp = Timestamp(_sentTicks);
        MediaMicros = ToMicros(_ticks);
        _jumps.NoteArrival(MediaMicros, arrivalMicros);
        _clock.Note(MediaMicros, arrivalMicros);
        return true;
    }

    /// <summary>Packets of our own stand in front of the one that was mapped last: it has a number that is so much higher.</summary>
    public void Insert(int packets) => _next = (ushort)(_next + packets);

    /// <summary>A packet that goes to nobody, by our own will: the next one follows without a gap.</summary>
    public void LeaveOut(uint ssrc, ushort sequenceNumber)
    {
        if (_inSession && ssrc == _sourceSsrc && (short)(sequenceNumber - _lastIn) is > 0 and < SequenceStepMax)
        {
            _lastIn = sequenceNumber;
        }
    }

    /// <summary>So many packets that go to nobody came since the last one: the next one follows as if there had been none.</summary>
    public void LeaveOut(int packets) => _lastIn = (ushort)(_lastIn + packets);

    private void Begin(long arrivalMicros)
    {
        _inSession = true;
        if (_promisedTicks is { } promised && !IsLate(arrivalMicros))
        {
            _ticks = promised;
            _clock.TakeUpAt(ToMicros(promised), arrivalMicros);
        }
        else
        {
            _ticks = AfterLast(ToTicks(_clock.TakeUp(arrivalMicros)));
        }

        _promisedTicks = null;
        _hasTicks = true;
        _order.BeginAnew();
        _heldBack = 0;
        _jumps.BeginSession();
        _hasLineBefore = false;
        _lineStartTicks = _ticks - _clockRate;
    }

    private void Advance(uint ssrc, uint timestamp, long arrivalMicros, bool isNext)
    {
        int step = (int)(timestamp - _lastInTimestamp);
        long elapsed = ElapsedTicks(arrivalMicros);
        if (ssrc == _sourceSsrc && !_jumps.IsJump(step, elapsed, _ticks + step, arrivalMicros))
        {
            _jumps.NoteStep(step);
            _ticks += step;
        }
        else
        {
            Level(ssrc, timestamp, elapsed, isNext);
        }
    }

    /// <summary>
    /// Another source, or a clock that jumped: the time that really went by, and at least one tick. A clock that was set, or one stray timestamp,
    /// interrupts nothing, so the next unit is where the pace of the track puts it: arrivals jitter, and with each stray one sound and picture would
    /// drift apart a little. After a stray one the old line goes on.
    /// </summary>
    private void Level(uint ssrc, uint timestamp, long elapsed, bool isNext)
    {
        bool paced = isNext && _jumps.ShowsPace(elapsed);
        long levelled = _ticks + Math.Max(1, paced ? _jumps.PaceTicks : elapsed);
        if (ssrc != _sourceSsrc)
        {
            _order.BeginAnew();
            levelled = Math.Max(levelled, _order.Highest + 1);
            _hasLineBefore = false;
            _jumps.BeginSource();
        }
        else
        {
            Jumps++;
            long onLineBefore = _ticksBefore + (int)(timestamp - _timestampBefore);
            if (_hasLineBefore && Math.Abs(onLineBefore - levelled) < _clockRate)
            {
                _ticks = onLineBefore;
                _lineStartTicks = onLineBefore - _clockRate;
                return;
            }

            // A line that is younger than a second is a stray timestamp itself.
            if (_ticks - _lineStartTicks >= _clockRate)
            {
                _hasLineBefore = true;
                _ticksBefore = _ticks;
                _timestampBefore = _lastInTimestamp;
            }
        }

        _ticks = levelled;
        _lineStartTicks = levelled;
    }

    private bool IsLoss(int numberStep, uint timestamp, long arrivalMicros)
    {
        int step = (int)(timestamp - _lastInTimestamp);
        return _jumps.IsLoss(numberStep, step, ElapsedTicks(arrivalMicros), _ticks + step, arrivalMicros);
    }

    private long ElapsedTicks(long arrivalMicros) => (arrivalMicros - LastArrivalMicros) * _clockRate / 1_000_000;

    /// <summary>
    /// Decides what is sent for a new picture. A clock that wobbles, or is set back a little, never sends time backwards where the order of decoding
    /// allows no such step: the pictures go a tick apart until the line has caught up, so that sound and picture stay where the camera has them.
    /// </summary>
    private void KeepOrder()
    {
        if (_order.Allows(_ticks))
        {
            _heldBack = 0;
            _sentTicks = _ticks;
        }
        else
        {
            _sentTicks = _order.Highest + 1;
            if (++_heldBack >= HeldBackMax)
            {
                Jumps++;
                _heldBack = 0;
                _hasLineBefore = false;
                _ticks = _sentTicks;
                _lineStartTicks = _ticks;
            }
        }

        if (_ticks < _order.Highest)
        {
            _order.NoteBack();
        }

        _order.Note(_sentTicks);
    }

    private long AfterLast(long ticks) => _hasTicks ? Math.Max(ticks, _order.Highest + 1) : ticks;

    private uint Timestamp(long ticks) => unchecked(_timestampBase + (uint)ticks);

    private long ToTicks(long micros) => (micros / 1_000_000 * _clockRate) + (micros % 1_000_000 * _clockRate / 1_000_000);

    private long ToMicros(long ticks) => ToMicros(ticks, _clockRate);

    /// <summary>Three divisions: not for every packet.</summary>
    internal static long ToMicros(long ticks, int clockRate) => (ticks / clockRate * 1_000_000) + (ticks % clockRate * 1_000_000 / clockRate);
}
