namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// One track's line between media time and told wall-clock time, for our sender reports: from the camera's reports while they are sane, else from the
/// fastest arrivals (some cameras never send a report, or late: RFC 3550 6.4 asks for them, MediaMTX issue 5355 met those that do not).
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

    /// <summary>True once a report of this session was believed: the line is the camera's, else that of the fastest arrivals.</summary>
    private bool _fromCamera;

    /// <summary>True while the newest report of this session was refused; the next two fields are its time, and the media time of it.</summary>
    private bool _hasRefused;
    private long _refusedMicros;
    private long _refusedMediaMicros;

    /// <summary>A point of the line that was told last, over all sessions. Of a meaning once <see cref="_told"/>.</summary>
    private long _toldMicros;
    private long _toldMediaMicros;

    /// <summary>True once anything was told; never taken back.</summary>
    private bool _told;

    /// <summary>The distance from media time to our clock of the packets that came fastest in this session.</summary>
    private WindowedMinimum _fastestMicros;

    /// <summary>Reports of the camera that were not believed.</summary>
    public long Refused { get; private set; }

    /// <summary>The camera begins anew.</summary>
    public void BeginSession()
    {
        _hasRefused = false;
        _fromCamera = false;
        _fastestMicros.Clear();
    }

    /// <summary>
    /// A packet: keeps the smallest distance between our clock and the media, over ten to twenty seconds. Gives how far this one is above it.
    /// </summary>
    public long OnPacket(long mediaMicros, long ownMicros)
    {
        long distance = ownMicros - mediaMicros;
        _fastestMicros.Note(distance, ownMicros);
        return distance - _fastestMicros.Value.GetValueOrDefault();
    }

    /// <summary>Our own clock was set, and what is told goes with it (<see cref="WallMapping.OnOwnClock"/>).</summary>
    /// <param name="ownBy">How far our clock went.</param>
    /// <param name="toldBy">How far what is told goes.</param>
    public void OnOwnClockSet(long ownBy, long toldBy)
    {
        _fastestMicros.Shift(ownBy);
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
            _ = TryTell(mediaMicros, out _);
            wall.Realign();
        }

        _hasRefused = false;
        long told = wall.Map(cameraMicros, ownMicros, _told ? _toldMicros + (mediaMicros - _toldMediaMicros) : null);
        _fromCamera = true;
        Tell(told, mediaMicros);
    }

    /// <summary>The told time of a media time; false while nothing is known.</summary>
    public bool TryTell(long mediaMicros, out long toldMicros)
    {
        if (!_fromCamera)
        {
            if (ByArrival(mediaMicros) is not { } byArrival)
            {
                toldMicros = 0;
                return false;
            }

            Tell(byArrival, mediaMicros);
        }

        toldMicros = _toldMicros + (mediaMicros - _toldMediaMicros);
        return true;
    }

    /// <summary>Null: the wall mapping knows nothing of the camera's clock in this session, so that anything may be true.</summary>
    private bool Contradicts(long? toldMicros, long mediaMicros)
    {
        if (toldMicros is not { } told)
        {
            return false;
        }

        return _fromCamera
            ? Math.Abs(told - _toldMicros - (mediaMicros - _toldMediaMicros)) > ContradictionMicros
            : ByArrival(mediaMicros) is { } byArrival && Math.Abs(told - byArrival) > StrayMicros;
    }

    private long? ByArrival(long mediaMicros) => _fastestMicros.Value is { } fastest ? fastest + mediaMicros + wall.SkewMicros : null;

    private void Tell(long toldMicros, long mediaMicros)
    {
        _told = true;
        _toldMicros = toldMicros;
        _toldMediaMicros = mediaMicros;
    }
}
