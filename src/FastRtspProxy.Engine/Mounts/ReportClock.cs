namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// One track's line between media time and told wall-clock time, for our sender reports: from the camera's reports while they are sane, else from the fastest
/// arrivals (C17: some cameras never send a report, or late).
/// </summary>
internal sealed class ReportClock(WallMapping wall)
{
    /// <summary>Two reports that differ by more than this from the media between them contradict each other.</summary>
    private const long ContradictionMicros = 1_000_000;

    /// <summary>A report whose timestamp is further from the stream than this is about something else.</summary>
    private const long StrayMicros = 10_000_000;

    /// <summary>So many contradictions in a row mean that the clock was set, not that a report was wrong.</summary>
    private const int ContradictionsMax = 2;

    private const long WindowMicros = 10_000_000;

    private bool _fromCamera;
    private bool _hasCameraReport;
    private long _cameraMicros;
    private long _cameraMediaMicros;
    private int _contradictions;
    private long _toldMicros;
    private long _toldMediaMicros;
    private bool _told;
    private long _windowStartMicros;
    private long _windowBest = long.MaxValue;
    private long _previousBest = long.MaxValue;

    /// <summary>Reports of the camera that were not believed.</summary>
    public long Refused { get; private set; }

    /// <summary>The camera begins anew.</summary>
    public void BeginSession()
    {
        _hasCameraReport = false;
        _fromCamera = false;
        _windowBest = _previousBest = long.MaxValue;
        _contradictions = 0;
    }

    /// <summary>A packet: keeps the smallest distance between our clock and the media, over ten to twenty seconds.</summary>
    public void OnPacket(long mediaMicros, long ownMicros)
    {
        if (ownMicros - _windowStartMicros > WindowMicros)
        {
            _windowStartMicros = ownMicros;
            _previousBest = _windowBest;
            _windowBest = long.MaxValue;
        }

        _windowBest = Math.Min(_windowBest, ownMicros - mediaMicros);
    }

    /// <summary>A report of the camera: its time, the media time of its timestamp, our clock, and the media time of the newest packet.</summary>
    public void OnCameraReport(long cameraMicros, long mediaMicros, long ownMicros, long newestMediaMicros)
    {
        if (cameraMicros <= 0 || Math.Abs(mediaMicros - newestMediaMicros) > StrayMicros)
        {
            Refused++;
            return;
        }

        if (_hasCameraReport && Math.Abs(cameraMicros - _cameraMicros - (mediaMicros - _cameraMediaMicros)) > ContradictionMicros)
        {
            Refused++;
            if (++_contradictions < ContradictionsMax)
            {
                return;
            }

            wall.Realign();
        }

        _contradictions = 0;
        _hasCameraReport = true;
        _cameraMicros = cameraMicros;
        _cameraMediaMicros = mediaMicros;
        long told = wall.Map(cameraMicros, ownMicros, _told ? _toldMicros + (mediaMicros - _toldMediaMicros) : null);
        _fromCamera = true;
        Tell(told, mediaMicros);
    }

    /// <summary>The told time of a media time; false while nothing is known.</summary>
    public bool TryTell(long mediaMicros, out long toldMicros)
    {
        if (!_fromCamera)
        {
            long best = Math.Min(_windowBest, _previousBest);
            if (best == long.MaxValue)
            {
                toldMicros = 0;
                return false;
            }

            Tell(best + mediaMicros + wall.SkewMicros, mediaMicros);
        }

        toldMicros = _toldMicros + (mediaMicros - _toldMediaMicros);
        return true;
    }

    private void Tell(long toldMicros, long mediaMicros)
    {
        _told = true;
        _toldMicros = toldMicros;
        _toldMediaMicros = mediaMicros;
    }
}
