namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// The offset between the camera's wall clock and the one that our sender reports tell, shared by the tracks of a mount. A sane camera clock is told
/// as it is (offset 0). A camera that comes back with another clock, or whose first report comes after ours, gets an offset that keeps the told time
/// continuous; tracks share it, so sound and picture stay together.
/// </summary>
internal sealed class WallMapping
{
    /// <summary>A camera clock further away than this is not set (a reboot to 1970, a lost battery): told is our own time then.</summary>
    private const long SaneMicros = 24L * 3600 * 1_000_000;

    /// <summary>A difference below this is jitter of the anchor, and is corrected silently.</summary>
    private const long SameClockMicros = 200_000;

    /// <summary>
    /// Our own clock was set when it is further than this from where the monotonic one says that it must be; less is the discipline of NTP.
    /// </summary>
    private const long OwnStepMicros = 1_000_000;

    /// <summary>What is added to the camera's time; of a meaning once <see cref="_hasOffset"/>.</summary>
    private long _offsetMicros;

    /// <summary>True once a report was believed; never taken back.</summary>
    private bool _hasOffset;

    /// <summary>True once a report of the present session, or since the camera's clock jumped, was believed: the offset fits its clock.</summary>
    private bool _alignedThisSession;

    /// <summary>All steps of the camera's clock that one track's report showed; the others, whose reports are seconds away, go along.</summary>
    public long StepsMicros { get; private set; }

    /// <summary>A track's report showed that its clock had not gone along: steps are those of single tracks for the rest of the session.</summary>
    public bool AreStepsDenied { get; private set; }

    /// <summary>How far the told time is from our own clock, by the newest report of the camera; for tracks without reports.</summary>
    public long SkewMicros { get; private set; }

    /// <summary>The camera's clock minus ours, as it was kept, at the newest report of the session that was believed; null: none was.</summary>
    public long? CameraOffsetMicros { get; private set; }

    /// <summary>The camera begins anew; its clock may be another one.</summary>
    public void BeginSession()
    {
        _alignedThisSession = false;
        AreStepsDenied = false;
        CameraOffsetMicros = null;
    }

    /// <summary>A track's report showed a step of the camera's clock.</summary>
    public void Step(long byMicros) => StepsMicros += AreStepsDenied ? 0 : byMicros;

    /// <inheritdoc cref="AreStepsDenied"/>
    public void DenySteps() => AreStepsDenied = true;

    /// <summary>The camera's clock has jumped.</summary>
    public void Realign() => _alignedThisSession = false;

    /// <summary>
    /// Looks at our own clock, at each report. A box without a clock battery begins in 1970, and so does what is told while the camera's clock seems
    /// the wrong one. When ours has been set and what is told is not sane any more, the camera's time is told where that is sane, else ours. When
    /// both are sane, what is told stays.
    /// </summary>
    /// <param name="keptMicros">Where our clock would be, had nobody set it.</param>
    /// <param name="ownMicros">Where it is.</param>
    /// <returns>How far what is told has to go; null: it stays, and so does the clock that was kept.</returns>
    public long? OnOwnClock(long keptMicros, long ownMicros)
    {
        long told = keptMicros + SkewMicros;
        if (Math.Abs(ownMicros - keptMicros) < OwnStepMicros || Math.Abs(told - ownMicros) < SaneMicros)
        {
            return null;
        }

        CameraOffsetMicros -= ownMicros - keptMicros;
        if (!_hasOffset)
        {
            return ownMicros - keptMicros;
        }

        long offset = Math.Abs(told - _offsetMicros - ownMicros) < SaneMicros ? 0 : _offsetMicros + ownMicros - told;
        long shift = offset - _offsetMicros;
        _offsetMicros = offset;
        SkewMicros = told + shift - ownMicros;
        return shift;
    }

    /// <summary>The told time for a time of the camera as things stand; null: its clock of this session is not known yet.</summary>
    public long? Tell(long cameraMicros) => _alignedThisSession ? cameraMicros + _offsetMicros : null;

    /// <summary>The told time for a time of the camera, which is believed.</summary>
    /// <param name="cameraMicros">The camera's, since 1970.</param>
    /// <param name="ownMicros">Ours, since 1970, at the arrival.</param>
    /// <param name="expectedMicros">What was told so far for the same moment of the track's media; null: nothing was told yet.</param>
    public long Map(long cameraMicros, long ownMicros, long? expectedMicros)
    {
        if (!_hasOffset)
        {
            _offsetMicros = Math.Abs(cameraMicros - ownMicros) < SaneMicros ? 0 : ownMicros - cameraMicros;
            _hasOffset = true;
        }

        if (!_alignedThisSession && expectedMicros is { } expected && Math.Abs(cameraMicros + _offsetMicros - expected) > SameClockMicros)
        {
            _offsetMicros = expected - cameraMicros;
        }

        _alignedThisSession = true;
        CameraOffsetMicros = cameraMicros - ownMicros;
        SkewMicros = cameraMicros + _offsetMicros - ownMicros;
        return cameraMicros + _offsetMicros;
    }
}
