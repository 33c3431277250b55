namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// The mount's own time, shared by its tracks, in microseconds of media: it runs as the camera's timestamps do, and over a gap (reconnect, reboot,
/// nobody watching) by the real time that went by. Tracks take it up again at one common point, so that sound and picture do not drift apart over
/// many reboots.
/// </summary>
internal sealed class MediaClock
{
    /// <summary>
    /// The common point of the session: an arrival, and the media time that it stands for. Of a meaning while <see cref="_anchored"/>.
    /// </summary>
    private long _anchorArrivalMicros;
    private long _anchorMediaMicros;

    /// <summary>False from the beginning of a session until its first packet of any track.</summary>
    private bool _anchored;

    /// <summary>The highest media time that went out, and the arrival of its packet. Of a meaning once <see cref="_started"/>.</summary>
    private long _lastArrivalMicros;
    private long _lastMediaMicros;

    /// <summary>True once a packet went out; never taken back.</summary>
    private bool _started;

    /// <summary>The camera begins anew: the next packet of any track is the common point.</summary>
    public void BeginSession() => _anchored = false;

    /// <summary>The media time of a packet that begins a track's session.</summary>
    public long TakeUp(long arrivalMicros)
    {
        if (!_anchored)
        {
            _anchorMediaMicros = Extrapolate(arrivalMicros);
            _anchorArrivalMicros = arrivalMicros;
            _anchored = true;
        }

        return _anchorMediaMicros + (arrivalMicros - _anchorArrivalMicros);
    }

    /// <summary>The first packet after a promise has come: the promised media time is the common point from here on.</summary>
    public void TakeUpAt(long mediaMicros, long arrivalMicros)
    {
        if (!_anchored)
        {
            _anchorMediaMicros = mediaMicros;
            _anchorArrivalMicros = arrivalMicros;
            _anchored = true;
        }
    }

    /// <summary>How long ago the session's first packet of any track came; 0: none has.</summary>
    public long SinceBegunMicros(long nowMicros) => _anchored ? nowMicros - _anchorArrivalMicros : 0;

    /// <summary>The media time of a moment, from the newest packet.</summary>
    public long Extrapolate(long nowMicros) => _started ? _lastMediaMicros + Math.Max(0, nowMicros - _lastArrivalMicros) : 0;

    /// <summary>A packet went out with that media time.</summary>
    public void Note(long mediaMicros, long arrivalMicros)
    {
        if (!_started || mediaMicros > _lastMediaMicros)
        {
            _started = true;
            _lastMediaMicros = mediaMicros;
            _lastArrivalMicros = arrivalMicros;
        }
    }
}
