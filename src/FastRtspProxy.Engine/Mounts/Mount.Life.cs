using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The life of a mount: open the camera, serve, let go or lose it, again.</summary>
internal sealed partial class Mount
{
    /// <summary>Attempts that another way promises to work, in a row; then the usual waits apply.</summary>
    private const int AtOnceMax = 5;

    /// <summary>A stream that played for so long has begun anew: a camera that redirects after each PLAY never gets there.</summary>
    private const long PlayedMicros = 10_000_000;

    /// <summary>A client's wish cuts the wait short, but a camera is not asked more often than this.</summary>
    private static readonly TimeSpan s_attemptDistance = TimeSpan.FromSeconds(1);

    /// <summary>A camera that closes idle connections is asked again only now and then.</summary>
    private static readonly TimeSpan s_idleReopen = TimeSpan.FromSeconds(30);

    /// <summary>A camera that takes longer to be described keeps no place from the others: sixteen slow ones would keep a hundred waiting for half a minute.</summary>
    private static readonly TimeSpan s_placeLimit = TimeSpan.FromSeconds(10);

    private readonly ShardTimer _reportTimer;
    private long _attemptEndMicros;
    private long _lingerUntilMicros;
    private CancellationTokenSource? _queued;
    private long? _onAirMicros;
    private int _atOnce;
    private bool _hurry;
    private bool _hadSession;
    private bool _saidNoMemory;

    /// <summary>True while the camera is let go and nothing is asked of it; there is no session then.</summary>
    private bool _isResting;

    private async Task LifeAsync()
    {
        while (!_stopping)
        {
            try
            {
                await LiveOnceAsync();
            }
            catch (Exception e)
            {
                // Whatever it was: a camera that is never asked again is worse.
                MountLog.Failed(_log, Name, ShownUrl, e);
                await ClearUpAsync();
            }
        }
    }

    private async Task LiveOnceAsync()
    {
        BackendFailure? failure = await OpenAndServeAsync();
        _attemptEndMicros = Shard.NowMicros;
        if (_stopping)
        {
            return;
        }

        if (failure is null)
        {
            await RestAsync();
        }
        else if (failure.Kind == BackendFailureKind.EndOfProgramme)
        {
            await RestAfterProgrammeAsync();
        }
        else if (IsForgottenPause(failure))
        {
            Move(MountState.Ready);
            await RestAsync();
        }
        else if (IsIdleClose(failure))
        {
            await RestBeforeReopenAsync(s_idleReopen);
        }
        else
        {
            OnLost(failure);
            await BackOffAsync(failure);
        }
    }

    /// <summary>After an error of our own: nothing of the attempt is left, and the next one begins as after a lost camera.</summary>
    private async Task ClearUpAsync()
    {
        _ingest.End();
        _reportTimer.Stop();
        ForgetSnapshots();
        if (_session is { } session)
        {
            try
            {
                await session.CloseAsync();
            }
            catch (Exception e)
            {
                MountLog.Failed(_log, Name, ShownUrl, e);
            }
        }

        if (_stopping)
        {
            return;
        }

        // Not by Move: the state that the error left may have no way there.
        State = _clients.Count > 0 ? MountState.Holding : MountState.Down;
        if (State == MountState.Holding)
        {
            HoldClients();
        }

        await BackOffAsync(new BackendFailure(BackendFailureKind.Refused, "an error of the proxy; please report it"));
    }

    private async Task<BackendFailure?> OpenAndServeAsync()
    {
        if (State != MountState.Holding)
        {
            Move(MountState.Opening);
        }

        bool hasPlace = !IsAwaited && await TakeTurnAsync();
        BackendSession session;
        Task<BackendFailure?> opening;
        try
        {
            if (_stopping)
            {
                return null;
            }

            _onAirMicros = null;
            session = new BackendSession(SessionOptions(), this, Shard, _log);
            _session = session;
            opening = session.OpenAsync();
            if (hasPlace)
            {
                await Task.WhenAny(opening, Shard.DelayAsync(s_placeLimit));
            }
        }
        finally
        {
            if (hasPlace)
            {
                _pacer.Leave();
            }
        }

        BackendFailure? failure = await opening;
        if (failure is null && !_stopping)
        {
            Adopt(session);
            failure = await ServeAsync(session);
        }

        if (failure?.Kind == BackendFailureKind.EndOfProgramme && !_stopping)
        {
            await EndProgrammeAsync(failure);
        }
        else if (failure is null && session.Failure is null && !_stopping && State is MountState.Starting or MountState.Lingering or MountState.Resting)
        {
            Move(MountState.Ready); // before its TEARDOWN: who joins now waits for the next session
        }

        _ingest.End();
        _reportTimer.Stop();
        ForgetSnapshots();
        await session.CloseAsync();
        if (session.HasMedia)
        {
            // Not with the answer to PLAY: a camera that answers and sends nothing is asked at growing distances.
            _retries.Reset();
        }

        // Not what became of the session meanwhile: a camera that closes the connection at its TEARDOWN is no lost camera.
        return failure;
    }

    /// <summary>Waits for a place among those that open at once; false: a client came meanwhile, and the mount goes on without one.</summary>
    private async Task<bool> TakeTurnAsync()
    {
        using CancellationTokenSource queued = new();
        _queued = queued;
        try
        {
            return await _pacer.EnterAsync(queued.Token);
        }
        finally
        {
            _queued = null;
        }
    }

    private BackendOptions SessionOptions()
    {
        BackendOptions options = _options.Backend;
        if (_redirect is { } redirect)
        {
            options = options with { Url = redirect, RedirectedBy = _redirectedBy };
        }

        if (_hadSession)
        {
            // The registering connection is for the first session only.
            options = options with { Connection = null };
        }

        _hadSession = true;
        return options;
    }

    /// <summary>Runs until the session is lost (its failure), or was let go in order or is to be made anew at once (null).</summary>
    private async Task<BackendFailure?> ServeAsync(BackendSession session)
    {
        while (!_stopping && session.Failure is null)
        {
            TimeSpan? limit = null;
            NoteTracks();
            switch (session.State)
            {
                case BackendState.Described when Wanted && IsOld(session.DescribedMicros):
                    if (!await session.TryDescribeAgainAsync())
                    {
                        return session.Failure; // a new session, at once
                    }

                    if (session.Failure is null && !_stopping)
                    {
                        Adopt(session);
                    }

                    continue;
                case BackendState.Described when Wanted:
                    Move(MountState.Starting);
                    await session.SetUpAsync();
                    continue;
                case BackendState.SetUp or BackendState.Paused or BackendState.Pausing when WantsPlay:
                    if (!await PlayAsync(session))
                    {
                        return null;
                    }

                    continue;
                case BackendState.SetUp or BackendState.Paused:
                    limit = TimeUntil(session.State == BackendState.SetUp ? _preparedUntilMicros : _lingerUntilMicros);
                    if (limit <= TimeSpan.Zero)
                    {
                        return null;
                    }

                    break;
                case BackendState.Playing when WantsPlay && State == MountState.Resting:
                    PlayOn();
                    continue;
                case BackendState.Playing when WantsPlay:
                    Move(MountState.Playing);
                    break;
                case BackendState.Playing when session.RefusesPause && State == MountState.Resting:
                    return session.Failure;
                case BackendState.Playing:
                    limit = Linger();
                    if (limit <= TimeSpan.Zero)
                    {
                        if (!await LetGoAsync(session))
                        {
                            return session.Failure;
                        }

                        continue;
                    }

                    break;
                case BackendState.Closed or BackendState.TearingDown:
                    return session.Failure;
            }

            await _signal.WaitAsync(limit);
        }

        return session.Failure;
    }

    /// <summary>PLAY; false where a paused session is of no more use and a new one is to be made at once.</summary>
    private async Task<bool> PlayAsync(BackendSession session)
    {
        bool wasPaused = session.State is BackendState.Paused or BackendState.Pausing;
        Move(MountState.Starting);

        // Sound does not wait for pictures that stay away: the session was made anew in the hope of them, and who listens has waited for it already.
        BeginIngest();
        _playingSinceMicros = Shard.NowMicros;
        TakeSnapshots();
        BackendFailure? failure = await session.PlayAsync();
        if (_stopping || session.State != BackendState.Playing)
        {
            // Quirk: PLAY after PAUSE is refused. The session is made anew, at once, and nobody needs to hear of it.
            return !wasPaused || failure is not { Kind: BackendFailureKind.Refused or BackendFailureKind.KeepAliveRefused };
        }

        OnPlaying();
        return true;
    }

    private void OnPlaying()
    {
        Move(MountState.Playing);
        _hurry = false;
        _lastFailure = null;
        _reportTimer.Start(TimeSpan.FromMilliseconds(500));
        _onAirMicros ??= Shard.NowMicros;
        WakeJoining();
        _describeWaiters.Release();
    }

    /// <summary>Nobody watches: how long the camera is still pulled.</summary>
    private TimeSpan Linger()
    {
        if (State == MountState.Playing)
        {
            Move(MountState.Lingering);
            _lingerUntilMicros = Shard.NowMicros + (long)_options.Timings.Linger.TotalMicroseconds;
        }

        // Somebody who has set up is about to play.
        return TimeUntil(Math.Max(_lingerUntilMicros, _preparedUntilMicros));
    }

    /// <summary>
    /// The linger is over: PAUSE where the camera's Public lists it; false: TEARDOWN is next. The camera plays on until PAUSE is sent, and the answer is not waited for here, so
    /// whoever joins is served at once wherever this stands.
    /// </summary>
    private async Task<bool> LetGoAsync(BackendSession session)
    {
        bool knowsPause = await session.KnowsPauseAsync();
        if (Wanted || session.Failure is not null || _stopping)
        {
            return true;
        }

        if (!knowsPause || session.RefusesPause)
        {
            return false;
        }

        _ingest.End();
        _reportTimer.Stop();
        _lingerUntilMicros = Shard.NowMicros + (long)_options.Timings.Rest.TotalMicroseconds;
        Move(MountState.Resting);
        _ = session.PauseAsync(); // its end changes the session's state, which wakes the loop
        return true;
    }

    /// <summary>PAUSE was refused, and meanwhile somebody came: the camera plays, as if for a new PLAY.</summary>
    private void PlayOn()
    {
        Move(MountState.Starting);
        BeginIngest();
        _playingSinceMicros = Shard.NowMicros;
        TakeSnapshots();
        OnPlaying();
    }

    /// <summary>A track that is missing is not waited for, nor is a key frame where pictures stay away.</summary>
    private void BeginIngest() =>
        _ingest.Begin(RandomAccessWaitMicros(), Missing.Mask, othersWait: !_options.Backend.VideoSilence.StaysAway(Shard.NowMicros));

    private void OnReportDue()
    {
        _ingest.AppendReports();
        NoteTracks();
        if (Ring.DroppedForMemory > 0 && !_saidNoMemory)
        {
            _saidNoMemory = true;
            MountLog.NoMemory(_log, Name);
        }

        _reportTimer.Start(_options.Timings.SenderReport);
    }

    /// <summary>A camera that closes a connection on which it holds no session has lost nothing, and nor have we.</summary>
    private bool IsIdleClose(BackendFailure failure) => failure.Kind == BackendFailureKind.ConnectionLost && State == MountState.Ready && !Wanted;

    /// <summary>A camera that ends a session which it keeps paused for nobody saves us the TEARDOWN.</summary>
    private bool IsForgottenPause(BackendFailure failure) =>
        failure.Kind is BackendFailureKind.ConnectionLost or BackendFailureKind.KeepAliveRefused or BackendFailureKind.NoAnswer && State == MountState.Resting && !Wanted;

    /// <summary>The camera was let go in order: it is left alone until somebody needs it.</summary>
    private async Task RestAsync()
    {
        _isResting = true;
        while (!_stopping && !NeedsCamera)
        {
            await _signal.WaitAsync(null);
        }

        _isResting = false;
    }

    private async Task RestBeforeReopenAsync(TimeSpan rest)
    {
        long until = Shard.NowMicros + (long)rest.TotalMicroseconds;
        while (!_stopping && !Wanted && TimeUntil(until) is { } left && left > TimeSpan.Zero)
        {
            await _signal.WaitAsync(left);
        }
    }

    private TimeSpan TimeUntil(long micros) => TimeSpan.FromMicroseconds(micros - Shard.NowMicros);
}
