namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// One track's line between media time and told wall-clock time, for our sender reports: from the camera's reports while they are sane, else from the
/// fastest arrivals (some cameras never send a report, or late: RFC 3550 6.4 asks for them, MediaMTX issue 5355 met those that do not), which are
/// told once they have settled: a report that takes back the one before makes a player stand still.
/// </summary>
internal sealed class ReportClock(WallMapping wall)
{
    /// <summary>A report that is further off from what is told contradicts it.</summary>
    private const long ContradictionMicros = 1_000_000;

    /// <summary>
    /// A report whose timestamp is further from the stream than this is about something else. The time may be as far off from the arrival: that is
    /// the camera's own delay.
    /// </summary>
    private const long StrayMicros = 10_000_000;

    /// <summary>A report that is further than this from the line of the one before says that the camera's clock was set, for all tracks.</summary>
    private const long StepMicros = 50_000;

    /// <summary>A track that has not reported for so long goes along with no step, not with one that it went along with, either.</summary>
    private const long HeardMicros = 15_000_000;

    /// <summary>
    /// Media that come faster than they were made (what a server kept until somebody came, a group of pictures for the join) say nothing of when they
    /// were made. Arrivals are told when for the first of these none came that was faster by more than the second, and after the third in any case.
    /// </summary>
    private const long SettledMicros = 100_000;
    private const long SettledToMicros = 100_000;
    private const long UnsettledMicrosMax = 500_000;

    /// <summary>True once a report of this session was believed: the line is the camera's, else that of the fastest arrivals.</summary>
    private bool _fromCamera;

    /// <summary>True while the newest report of this session was refused; the next two fields are its time, and the media time of it.</summary>
    private bool _hasRefused;
    private long _refusedMicros;
    private long _refusedMediaMicros;

    /// <summary>A point of the line that was told last, over all sessions. Of a meaning once <see cref="_told"/>.</summary>
    private long _toldMicros;
    private long _toldMediaMicros;

    /// <summary><see cref="WallMapping.StepsMicros"/> at that point.</summary>
    private long _stepsMicros;

    /// <summary>True once an arrival of this session was told.</summary>
    private bool _hasToldArrival;

    /// <summary>True once anything was told; never taken back.</summary>
    private bool _told;

    /// <summary>The distance from media time to our clock of the packets that came fastest in this session.</summary>
    private WindowedMinimum _fastestMicros;

    /// <summary>
    /// When the session's first packet came, and the last one that was faster by <see cref="SettledToMicros"/> than the one before it here, with its
    /// distance; of a meaning once packets came.
    /// </summary>
    private long _beganMicros;
    private long _fellMicros;
    private long _fellToMicros;

    /// <summary>The arrivals of this session may be told; before that from the given media time on, if nothing comes until then.</summary>
    private bool _isSettled;
    private long _settledMediaMicros;

    /// <summary>A report went out in this session.</summary>
    private bool _isOut;

    /// <summary>What arrives can be told, and no report went out in this session.</summary>
    public bool IsDue => _isSettled && !_isOut;

    /// <summary>Reports of the camera that were not believed.</summary>
    public long Refused { get; private set; }

    /// <summary>The camera begins anew.</summary>
    public void BeginSession()
    {
        _hasRefused = false;
        _fromCamera = false;
        _hasToldArrival = _isSettled = _isOut = false;
        _stepsMicros = wall.StepsMicros; // each track goes on from its own line
        _fastestMicros.Clear();
    }

    /// <summary>A report went out.</summary>
    public void NoteOut() => _isOut = true;

    /// <summary>
    /// A packet: keeps the smallest distance between our clock and the media, over ten to twenty seconds. Gives how far this one is above it.
    /// </summary>
    public long OnPacket(long mediaMicros, long ownMicros)
    {
        long distance = ownMicros - mediaMicros;
        if (!_isSettled)
        {
            Settle(distance, mediaMicros, ownMicros);
        }

        _fastestMicros.Note(distance, ownMicros);
        return distance - _fastestMicros.Value.GetValueOrDefault();
    }

    /// <summary>Our own clock was set, and what is told goes with it (<see cref="WallMapping.OnOwnClock"/>).</summary>
    /// <param name="ownBy">How far our clock went.</param>
    /// <param name="toldBy">How far what is told goes.</param>
    public void OnOwnClockSet(long ownBy, long toldBy)
    {
        _fastestMicros.Shift(ownBy);
        _beganMicros += ownBy;
        _fellMicros += ownBy;
        _fellToMicros += ownBy;
        _toldMicros += toldBy;
    }

    /// <summary>
    /// A report of the camera: its time, the media time of its timestamp, our clock, and the media time of the newest packet. One that contradicts
    /// what is told is refused; a second one that agrees with the first means that the clock was set, and what is told stays continuous. Reports that
    /// agree with nothing, not with each other either, are never believed.
    /// </summary>
    public void OnCameraReport(long cameraMicros, long mediaMicros, long ownMicros, long newestMediaMicros)
    {
        if (cameraMicros <= 0 || Math.Abs(mediaMicros - newestMediaMicros) > StrayMicros)
        {
            Refused++;
            return;
        }

        if (Contradicts(wall.Tell(cameraMicros), mediaMicros))
        {
            Refused++;
            bool again = _hasRefused && Math.Abs(cameraMicros - _refusedMicros - (mediaMicros - _refusedMediaMicros)) <= ContradictionMicros;
            _hasRefused = true;
            _refusedMicros = cameraMicros;
            _refusedMediaMicros = mediaMicros;
            if (!again)
            {
                return;
            }

            // What is told stays; so something must be.
            TellArrival(mediaMicros);
            wall.Realign();
        }
        else if (_hasToldArrival)
        {
            TellArrival(mediaMicros); // they may have become faster since
        }

        _hasRefused = false;
        long told = wall.Map(cameraMicros, ownMicros, _told ? ToldAt(mediaMicros) : null);
        if (_fromCamera)
        {
            NoteStep(told, mediaMicros);
        }

        _fromCamera = true;
        Tell(told, mediaMicros);
    }

    /// <summary>The told time of a media time; false while nothing is known.</summary>
    public bool TryTell(long mediaMicros, out long toldMicros)
    {
        if (!_fromCamera)
        {
            if (_fastestMicros.Value is null || !(_isSettled || mediaMicros >= _settledMediaMicros))
            {
                toldMicros = 0;
                return false;
            }

            TellArrival(mediaMicros);
            _hasToldArrival = true;
        }

        toldMicros = ToldAt(mediaMicros);
        return true;
    }

    /// <summary>
    /// A report of a track that had one before: it may show a step of the camera's clock, or that there was none. One behind a long silence shows
    /// neither: the others have been heard meanwhile.
    /// </summary>
    private void NoteStep(long toldMicros, long mediaMicros)
    {
        long off = toldMicros - OwnAt(mediaMicros);
        long unseen = UnseenStepsAt(mediaMicros);
        if (mediaMicros - _toldMediaMicros > HeardMicros || Math.Abs(off - unseen) <= StepMicros)
        {
            return;
        }

        if (Math.Abs(off) < Math.Abs(off - unseen))
        {
            wall.DenySteps();
        }
        else
        {
            wall.Step(off - unseen);
        }
    }

    private void Settle(long distance, long mediaMicros, long ownMicros)
    {
        if (_fastestMicros.Value is null)
        {
            _beganMicros = _fellMicros = ownMicros;
            _fellToMicros = distance;
        }
        else if (distance < _fellToMicros - SettledToMicros)
        {
            _fellMicros = ownMicros;
            _fellToMicros = distance;
        }

        long left = Math.Min(SettledMicros - (ownMicros - _fellMicros), UnsettledMicrosMax - (ownMicros - _beganMicros));
        _isSettled = left <= 0;
        _settledMediaMicros = mediaMicros + left;
    }

    /// <summary>Null: the wall mapping knows nothing of the camera's clock in this session, so that anything may be true.</summary>
    private bool Contradicts(long? toldMicros, long mediaMicros)
    {
        if (toldMicros is not { } told)
        {
            return false;
        }

        return _fromCamera
            ? Math.Abs(told - OwnAt(mediaMicros)) > ContradictionMicros
            : ByArrival(mediaMicros) is { } byArrival && Math.Abs(told - byArrival) > StrayMicros;
    }

    private long? ByArrival(long mediaMicros) => _fastestMicros.Value is { } fastest ? fastest + mediaMicros + wall.SkewMicros : null;

    private long OwnAt(long mediaMicros) => _toldMicros + (mediaMicros - _toldMediaMicros);

    /// <summary>By how much the camera's clock was set, by other tracks' reports, since this one was heard.</summary>
    private long UnseenStepsAt(long mediaMicros) =>
        wall.AreStepsDenied || mediaMicros - _toldMediaMicros > HeardMicros ? 0 : wall.StepsMicros - _stepsMicros;

    private long ToldAt(long mediaMicros) => OwnAt(mediaMicros) + UnseenStepsAt(mediaMicros);

    private void TellArrival(long mediaMicros)
    {
        if (!_fromCamera && ByArrival(mediaMicros) is { } byArrival)
        {
            Tell(byArrival, mediaMicros);
        }
    }

    private void Tell(long toldMicros, long mediaMicros)
    {
        _told = true;
        _stepsMicros = wall.StepsMicros;
        _toldMicros = toldMicros;
        _toldMediaMicros = mediaMicros;
    }
}
