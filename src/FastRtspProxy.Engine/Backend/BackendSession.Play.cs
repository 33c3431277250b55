using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>PLAY, PAUSE, TEARDOWN.</summary>
internal sealed partial class BackendSession
{
    private static readonly BackendFailure s_stopped = new(BackendFailureKind.Stopped, "stopped");

    private Task? _closing;

    /// <summary>PAUSEs that were sent: one that a PLAY has overtaken does not speak for the next.</summary>
    private int _pauses;

    /// <summary>
    /// Starts the media, the first time or after a PAUSE, which need not be answered yet: the camera answers in order, and whoever came back is not to wait for it. No PLAY before
    /// every SETUP was answered (RFC 2326 section 10.5).
    /// </summary>
    public async Task<BackendFailure?> PlayAsync()
    {
        if (Ended || State is not (BackendState.SetUp or BackendState.Paused or BackendState.Pausing))
        {
            return Failure;
        }

        Move(BackendState.Starting);
        foreach (BackendTrack track in _tracks)
        {
            track.OnPlay();
        }

        _watch.OnPlay();
        if (JoinGroups() is { } unjoined)
        {
            return Lose(unjoined);
        }

        Punch();
        RtspReply reply = await AskAsync(RtspMethod.Play, _aggregate, _options.Timings.Answer);
        if (!Ended && reply.Status is >= 400 and < 500 and not (RtspStatus.Unauthorized or RtspStatus.SessionNotFound or RtspStatus.NotEnoughBandwidth))
        {
            // Quirk (Parrot): PLAY without Range is refused (gortsplib, client.go). LIVE555 sends none, so without is tried first.
            reply = await AskAsync(RtspMethod.Play, _aggregate, _options.Timings.Answer, new RtspHeader("Range", "npt=0.000-"));
        }

        if (Ended || !reply.HasAnswer)
        {
            OnUnanswered(Failure ?? reply.Failure);
            return Lose(Failure ?? reply.Failure ?? s_stopped);
        }

        if (!reply.IsOk)
        {
            return Lose(OnPlayRefused(reply.Status, FailureOf(RtspMethod.Play, reply)));
        }

        Move(BackendState.Playing);
        StartLiveness();
        _publicAsked ??= AskPublicAsync();
        return null;
    }

    /// <summary>
    /// Stops the media and keeps the session, where the camera's Public lists PAUSE. False: the camera plays on, and only TEARDOWN is left
    /// (<see cref="RefusesPause"/>); or a PLAY has overtaken the answer.
    /// </summary>
    public async Task<bool> PauseAsync()
    {
        if (Ended || State != BackendState.Playing || !await KnowsPauseAsync() || Ended)
        {
            return false;
        }

        Move(BackendState.Pausing);
        _silenceTimer.Stop();
        _watch.Stop();
        _programme.OnPause(_shard.NowMicros);
        int number = ++_pauses;
        RtspReply reply = await AskAsync(RtspMethod.Pause, _aggregate, _options.Timings.ShortAnswer);
        if (Ended || State != BackendState.Pausing || number != _pauses)
        {
            return false;
        }

        if (!reply.IsOk)
        {
            RefusesPause = true;
            _programme.OnPlay(_shard.NowMicros);
            Move(BackendState.Playing);
            ScheduleKeepAlive();
            StartSilenceWatch();
            _watch.Start();
            return false;
        }

        LeaveGroups();
        Move(BackendState.Paused);
        ScheduleKeepAlive(); // one that fell due meanwhile was not asked
        return true;
    }

    /// <summary>The camera lists PAUSE, and has refused it, or not answered.</summary>
    public bool RefusesPause { get; private set; }

    /// <summary>Ends everything: TEARDOWN where the camera holds a session, bounded, then the connection and the sockets. Never fails; may be called again.</summary>
    public Task CloseAsync() => _closing ??= CloseOnceAsync();

    private async Task CloseOnceAsync()
    {
        StopTimers();
        if (Failure is null)
        {
            _options.VideoSilence.OnOtherEnd();
        }

        NoteEnd();
        NoteOverrun();
        if (_id.Value is not null && _channel is { End: null })
        {
            // An id is a session that the camera may hold for us, whichever answer it came with. Also after a failure: a camera that allows few sessions must not keep a dead one (retina issue 17, go2rtc issue 65).
            Move(BackendState.TearingDown);
            _ = await AskAsync(RtspMethod.Teardown, _aggregate, _options.Timings.Teardown);
        }

        if (State != BackendState.Closed)
        {
            Move(BackendState.Closed);
        }

        RtspClientChannel? channel = _channel;
        _channel = null;
        channel?.Close(s_stopped);
        foreach (BackendTrack track in _tracks)
        {
            BackendLog.TrackSummary(
                _log, _options.StreamName, track.Name, track.Packets, track.Window.Missing, track.Window.Late, track.Window.Duplicates, track.UnknownPayloadTypes, track.Malformed);
            track.Close();
        }
    }
}
