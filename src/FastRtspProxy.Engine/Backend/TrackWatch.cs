using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Watches over the single tracks of a session that plays: pictures that stay away while other tracks go on, and the ends that tracks tell of (BYE).
/// What silence of all tracks together means is not its business. Owned by <see cref="TrackSupervision"/>, on its shard.
/// </summary>
internal sealed class TrackWatch
{
    /// <summary>
    /// A camera that takes a new SSRC says BYE for the one before, and may say it first. Media that comes within this time revokes the BYE.
    /// </summary>
    private static readonly TimeSpan s_nextSource = TimeSpan.FromSeconds(1);

    /// <summary>After the pictures' BYE the other tracks have so long to say theirs: a programme's tracks do not end in the same moment.</summary>
    private static readonly TimeSpan s_othersEnd = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<BackendTrack> _tracks;
    private readonly VideoSilence _silence;
    private readonly BackendTimings _timings;
    private readonly Shard _shard;
    private readonly Action<BackendFailure> _lose;

    /// <summary>
    /// Runs while the session plays and has pictures and other tracks: to the moment at which the pictures' silence could be too long.
    /// </summary>
    private readonly ShardTimer _silenceTimer;

    /// <summary>Runs from a BYE that could end the session until its meaning is certain.</summary>
    private readonly ShardTimer _endTimer;

    public TrackWatch(Shard shard, IReadOnlyList<BackendTrack> tracks, VideoSilence silence, BackendTimings timings, Action<BackendFailure> lose)
    {
        _shard = shard;
        _tracks = tracks;
        _silence = silence;
        _timings = timings;
        _lose = lose;
        _silenceTimer = shard.CreateTimer(OnSilenceDue);
        _endTimer = shard.CreateTimer(OnEndDue);
    }

    /// <summary>PLAY was sent: pictures may come from now on.</summary>
    public void OnPlay() => _silence.OnPlay(_shard.NowMicros);

    /// <summary>PLAY was answered, or another track has come.</summary>
    public void Start()
    {
        _silence.OnAnswered(_shard.NowMicros);
        if (HasVideoAndOthers())
        {
            OnSilenceDue();
        }
    }

    /// <summary>The silence that counts has another length.</summary>
    public void OnTimingsChanged()
    {
        if (HasVideoAndOthers())
        {
            OnSilenceDue();
        }
    }

    /// <summary>The session plays no longer.</summary>
    public void Stop()
    {
        _silenceTimer.Stop();
        _endTimer.Stop();
    }

    /// <summary>A track's source has said BYE.</summary>
    public void OnBye() => JudgeEnds(isFinal: false);

    private void OnEndDue() => JudgeEnds(isFinal: true);

    private void JudgeEnds(bool isFinal)
    {
        Span<TrackSigns> signs = stackalloc TrackSigns[_tracks.Count];
        for (int i = 0; i < signs.Length; i++)
        {
            BackendTrack track = _tracks[i];
            signs[i] = new TrackSigns(track.IsVideo, track.Packets > 0, track.Flows(_shard.NowMicros), track.HasEnded);
        }

        switch (TrackEnds.Judge(signs))
        {
            case TrackEnd.All when !isFinal:
                _endTimer.Start(s_nextSource);
                break;
            case TrackEnd.All:
                _lose(new BackendFailure(BackendFailureKind.Bye, "the camera ended the stream (RTCP BYE)"));
                break;
            case TrackEnd.Video when isFinal && _silence.RestOfPatienceMicros(_shard.NowMicros) is > 0 and var rest:
                // Earlier sessions ended for want of pictures too: the other tracks are served until the patience with this one is over.
                _endTimer.Start(TimeSpan.FromMicroseconds(rest));
                break;
            case TrackEnd.Video when isFinal:
                LosePictures($"{Names(isVideo: true)} has ended (RTCP BYE)");
                break;
            case TrackEnd.Video:
                _endTimer.Start(s_othersEnd);
                break;
        }
    }

    private void OnSilenceDue()
    {
        if (!_silence.IsLost(_timings.DeadStream, _shard.NowMicros, out long restMicros))
        {
            if (restMicros < long.MaxValue)
            {
                _silenceTimer.Start(TimeSpan.FromMicroseconds(restMicros));
            }

            return;
        }

        if (!OthersFlow())
        {
            _silenceTimer.Start(TimeSpan.FromMicroseconds(BackendTrack.FlowingMicros)); // what silence of all tracks means is decided elsewhere
            return;
        }

        long since = _silence.SilentMicros(_shard.NowMicros);
        LosePictures($"{Names(isVideo: true)}: no picture for {since / 1e6:0} s");
    }

    private void LosePictures(string what)
    {
        _silence.OnLost(_shard.NowMicros);
        _lose(new BackendFailure(BackendFailureKind.VideoSilent, $"{what} while {Names(isVideo: false)} goes on"));
    }

    private bool OthersFlow()
    {
        foreach (BackendTrack track in _tracks)
        {
            if (!track.IsVideo && track.Flows(_shard.NowMicros))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasVideoAndOthers()
    {
        bool hasVideo = false;
        bool hasOthers = false;
        foreach (BackendTrack track in _tracks)
        {
            hasVideo |= track.IsVideo && track.Absence is null;
            hasOthers |= !track.IsVideo && track.Absence is null;
        }

        return hasVideo && hasOthers;
    }

    /// <summary>The names of the tracks of that kind that are there.</summary>
    private string Names(bool isVideo)
    {
        List<string> names = [];
        foreach (BackendTrack track in _tracks)
        {
            if (track.IsVideo == isVideo && track.Absence is null && (isVideo || track.Packets > 0))
            {
                names.Add(track.Name);
            }
        }

        return names.Count > 0 ? string.Join(" and ", names) : "the sound";
    }
}
