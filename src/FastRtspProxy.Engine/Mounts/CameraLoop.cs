using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The life of a mount's camera: an attempt to open it, a session (<see cref="CameraServing"/>), its loss, the wait, and again, by one loop that ends
/// with the mount only. It asks <see cref="MountClients"/> who needs the camera, <see cref="AttemptWaits"/> when to try again, and gives what the
/// camera sends to the <see cref="MountIngest"/>. On the mount's shard.
/// </summary>
internal sealed class CameraLoop
{
    /// <summary>A stop waits no longer for the TEARDOWN and the end of the loop: the whole proxy has to end within a second.</summary>
    private static readonly TimeSpan s_stopMax = TimeSpan.FromMilliseconds(900);

    private readonly MountSettings _settings;
    private readonly Shard _shard;
    private readonly MountStatus _status;
    private readonly MountClients _clients;
    private readonly ClientHold _hold;
    private readonly MountOffer _offer;
    private readonly MountIngest _ingest;
    private readonly MountEgress _egress;
    private readonly CameraRecord _record;
    private readonly CameraSessions _sessions;
    private readonly OpenTurn _turn;
    private readonly ReturnNews _returns;
    private readonly SessionPlan _plan;
    private readonly CameraRest _rest;
    private readonly CameraNews _news;
    private readonly CameraServing _serving;
    private readonly SourceSwitch _switch;
    private readonly SourceRecord _sources;
    private readonly Standby _standby;
    private readonly ILogger _log;
    private readonly AttemptWaits _waits = new(Random.Shared);

    /// <summary>Set whenever something has changed that the loop may wait for: the session, the clients, the stop.</summary>
    private readonly ShardSignal _signal;

    /// <summary>Null: the camera is this box's alone.</summary>
    private readonly CameraSource? _source;

    /// <summary>The loop; completed before it was started, and when the mount has stopped.</summary>
    private Task _life = Task.CompletedTask;

    /// <summary>Begun by the stop; see <see cref="SessionPlan.CloseGivenAsync"/>.</summary>
    private Task _givenClosed = Task.CompletedTask;

    /// <summary>An operator wants the session to be made anew; until it is.</summary>
    private bool _isRestarted;

    /// <summary>When the newest attempt ended; without meaning while it goes on.</summary>
    private long _attemptEndMicros;

    public CameraLoop(
        MountSettings settings,
        Shard shard,
        MountStatus status,
        MountClients clients,
        ClientHold hold,
        MountOffer offer,
        JoinStarts starts,
        MountIngest ingest,
        MountEgress egress,
        IngestMeters meters,
        CameraRecord record,
        SourceRecord sources,
        KeyFrameRequests keyFrames,
        OpenPacer pacer,
        ILogger log)
    {
        _settings = settings;
        _shard = shard;
        _status = status;
        _clients = clients;
        _hold = hold;
        _offer = offer;
        _ingest = ingest;
        _egress = egress;
        _record = record;
        _sources = sources;
        _log = log;
        _signal = new ShardSignal(shard);
        _turn = new OpenTurn(pacer, shard);
        _returns = new ReturnNews(pacer, shard, _signal);
        _plan = new SessionPlan(settings);
        _source = CameraSource.Of(settings, shard, status, clients, _signal, LeaveSession);
        _rest = new CameraRest(settings, shard, status, clients, _plan, _signal) { Began = _source is null ? null : _source.Rest };
        _news = new CameraNews(settings, record, sources, log);
        _switch = new SourceSwitch(settings, shard, clients, sources, _plan, _news);
        _sessions = new CameraSessions(shard, ingest, _news, hold, keyFrames, record.Steps, _signal, log);
        _standby = new Standby(settings, shard, pacer, TakeOver, log);
        _serving = new CameraServing(
            settings, shard, status, clients, offer, starts, ingest, egress, meters, _news, sources, keyFrames, _standby, _signal, log);
    }

    /// <summary>Over when nothing of it goes on any more, an attempt to reach the camera included. Never faulted.</summary>
    public Task Ended => Task.WhenAll(_life, _givenClosed, _standby.Ended, _sessions.Closed);

    /// <inheritdoc cref="CameraRest.IsResting"/>
    public bool IsResting => _rest.IsResting;

    /// <summary>True where the camera is known to take PAUSE.</summary>
    public bool CanPause => _sessions.Newest is { CanPause: true };

    /// <summary>True while PLAY is on its way to the camera.</summary>
    public bool IsStarting => _sessions.Newest?.State == BackendState.Starting;

    /// <summary>
    /// The camera is described, its session is on its way, and nothing is known against it: a camera may take half a minute for an answer, which no
    /// player waits for. A failure that the next attempt meets in another way is none.
    /// </summary>
    public bool IsBeingOpened =>
        _offer.Description is not null && _status.Failure is null && _sessions.Newest is null or { Failure: null or { RetryAtOnce: true } };

    /// <inheritdoc cref="CameraSessions.Present"/>
    public BackendSession? Session => _sessions.Present;

    /// <summary>Begins to look for the camera; once.</summary>
    public void Start() => _life = LifeAsync();

    /// <summary>Looks at what has changed.</summary>
    public void Wake() => _signal.Set();

    /// <summary>A client needs the camera: no wait for a place among all that open, and hardly one for the next attempt.</summary>
    public void Hurry()
    {
        _clients.AreInHurry = true;
        _turn.Hurry();
        _switch.OnAwaited();
        _signal.Set();
    }

    /// <summary>The mount's settings were changed; for another camera the session is made anew at once, and the clients are held meanwhile.</summary>
    public void OnChanged(bool isOtherCamera)
    {
        _sources.Note();
        if (isOtherCamera)
        {
            _sources.OnOther(SourceCause.Changed, "the list of sources was changed");
            _offer.OnCameraChanged();
            _egress.OnCameraChanged();
            LeaveSession();
        }
        else
        {
            _sessions.Newest?.OnTimingsChanged();
        }

        _source?.OnChanged();
        _signal.Set();
    }

    /// <summary>
    /// The mount has been told to stop: lets the camera go, within a second. A connection attempt cannot be called back; it finds the mount stopped.
    /// </summary>
    public async Task StopAsync()
    {
        _turn.GiveUp();
        _signal.Set();
        _givenClosed = _plan.CloseGivenAsync(_shard, _log);
        Task closing = Task.WhenAll(_sessions.Newest?.CloseAsync() ?? Task.CompletedTask, _switch.CloseTakenAsync());
        await Task.WhenAny(Task.WhenAll(closing, _life, _standby.EndAsync(), _sessions.Closed), _shard.DelayAsync(s_stopMax));
        _source?.End(); // another box may begin
        _egress.Close();
        _serving.EndReports();
    }

    /// <summary>The camera's session is made anew at once, as if the camera were another one; the clients are held meanwhile, and play on.</summary>
    public void Restart(bool keepsSource)
    {
        _isRestarted = true;
        _switch.OnRestarted(keepsSource);
        LeaveSession();
    }

    /// <summary>The session ends, or the wait for one: the next is made at once, by what holds then.</summary>
    private void LeaveSession()
    {
        _plan.OnCameraChanged();
        _turn.GiveUp();
        _ = Task.WhenAll(_sessions.Newest?.CloseAsync() ?? Task.CompletedTask, _standby.EndAsync());
        _sessions.Await(_switch.CloseTakenAsync());
        _signal.Set();
    }

    /// <inheritdoc cref="CameraSessions.Note"/>
    public void NoteSession() => _sessions.Note();

    private async Task LifeAsync()
    {
        _source?.Start();
        while (!_status.IsStopping)
        {
            try
            {
                await LiveOnceAsync();
            }
            catch (Exception e)
            {
                // Whatever it was: a camera that is never asked again is worse.
                MountLog.Failed(_log, _settings.Name, _settings.Backend.Url.Redacted, e);
                await ClearUpAsync();
            }
        }
    }

    private async Task LiveOnceAsync()
    {
        BackendFailure? failure = await OpenAndServeAsync();
        _attemptEndMicros = _shard.NowMicros;
        if (_status.IsStopping)
        {
            return;
        }

        _source?.OnEnded(failure);
        if (failure is null || _switch.IsOver(failure) || _plan.IsOutOfDate)
        {
            await _standby.EndSoonAsync();
            await _sessions.Closed; // another box may begin
        }

        if (!_plan.IsOutOfDate)
        {
            await WaitForNextAsync(failure);
        }

        if (_plan.IsOutOfDate && !_status.IsStopping)
        {
            OnCameraChanged();
        }
    }

    /// <summary>After an attempt: rests until the camera is needed, or waits before it is tried again.</summary>
    private async Task WaitForNextAsync(BackendFailure? failure)
    {
        if (failure is null)
        {
            await _rest.UntilNeededAsync();
            _switch.OnReopened();
        }
        else if (_switch.IsOver(failure))
        {
            await _rest.AfterProgrammeAsync(_waits);
        }
        else if (QuietEnd.IsForgottenPause(failure, _status.State, _clients.WantCamera))
        {
            Move(StreamState.Ready);
            await _rest.UntilNeededAsync();
        }
        else if (QuietEnd.IsIdleClose(failure, _status.State, _clients.WantCamera))
        {
            await _rest.AfterIdleCloseAsync();
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
        _serving.End();
        try
        {
            await _sessions.CloseAsync();
        }
        catch (Exception e)
        {
            MountLog.Failed(_log, _settings.Name, _settings.Backend.Url.Redacted, e);
        }

        if (_status.IsStopping)
        {
            return;
        }

        _status.Recover(_clients.Count > 0 ? StreamState.Holding : StreamState.Down);
        HoldClients();
        await BackOffAsync(new BackendFailure(BackendFailureKind.Refused, "an error of the proxy; please report it"));
    }

    private async Task<BackendFailure?> OpenAndServeAsync()
    {
        if (_source is not null && !await _source.WaitUntilKnownAsync(_offer.Description is not null))
        {
            return null;
        }

        Move(_status.State == StreamState.Holding ? StreamState.Holding : StreamState.Opening);
        if (await OpenAsync() is not var (session, opening))
        {
            return null;
        }

        BackendFailure? failure = await opening;
        _returns.OnOpened(failure);
        if (failure is null && _rest.GoesOn)
        {
            _turn.Forget();
            failure = await _serving.RunAsync(session);
            session = _sessions.Newest!; // another one may have taken its place
        }

        if (_switch.IsOver(failure) && _rest.GoesOn)
        {
            await new ProgrammeEnd(_settings, _shard, _status, _clients, _ingest, _log).RunAsync(_serving, failure!);
        }
        else if (failure is null && session.Failure is null && !_status.IsStopping
            && _status.State is StreamState.Starting or StreamState.Lingering or StreamState.Resting)
        {
            Move(StreamState.Ready); // before its TEARDOWN: who joins now waits for the next session
        }

        _serving.End(failure);
        await _sessions.CloseAsync();
        if (session.HasMedia)
        {
            // Not with the answer to PLAY: a camera that answers and sends nothing is asked at growing distances.
            _waits.OnMedia();
        }

        // Not what became of the session meanwhile: a camera that closes the connection at its TEARDOWN is no lost camera.
        return failure;
    }

    /// <summary>A session that is being connected and described, in its turn; null: the mount is to stop, or to open another camera.</summary>
    private async Task<(BackendSession Session, Task<BackendFailure?> Opening)?> OpenAsync()
    {
        _serving.BeginAttempt();
        if (_switch.Take() is { } taken)
        {
            CameraSink sink = _sessions.Take(taken.Session);
            _serving.Begun = () => taken.Sink.GoLive(sink);
            return (taken.Session, Task.FromResult<BackendFailure?>(null));
        }

        OpenPlace? place = await _turn.TakeAsync(_plan.Host, _clients.AreWaiting);
        if (place is null || _status.IsStopping)
        {
            place?.Leave();
            return null;
        }

        try
        {
            _returns.OnBegun();
            BackendSession session = _sessions.Make(_plan.Next());
            Task<BackendFailure?> opening = session.OpenAsync();
            _ = _turn.LeaveAsync(place, opening);
            return (session, _switch.EndOf(session, opening, _sessions.Await));
        }
        catch
        {
            place.Leave();
            throw;
        }
    }

    private void OnLost(BackendFailure failure)
    {
        HoldClients();
        _record.OnLost(failure, _sessions.Newest?.Description is not null);
        _plan.OnLost(failure);
        if (!failure.RetryAtOnce)
        {
            _turn.OnLost(); // else the camera answered
        }
    }

    /// <summary>The session ended because the mount has another camera: that is no failure of either, and the next attempt is made at once.</summary>
    private void OnCameraChanged()
    {
        string why = _isRestarted ? "this was asked for" : _source is { Why.Length: > 0 } source ? source.Why : "its source was changed";
        _isRestarted = false;
        _record.Steps.Add(CameraStepKind.Renewed, why);
        MountLog.CameraChanged(_log, _settings.Name, _settings.Backend.Url.Redacted, why, _clients.Count);
        _status.Failure = null;
        _waits.Forget();
        _turn.Forget();
        if (_source is null || _status.State != StreamState.Ready)
        {
            HoldClients(); // else nobody watches, and what is described is as good as before
        }
    }

    private void HoldClients()
    {
        Move(_clients.Count > 0 ? StreamState.Holding : StreamState.Down);
        if (_status.State == StreamState.Holding)
        {
            _hold.Begin();
        }
    }

    /// <summary>Says what happened, once per change, and waits for the next attempt; a client's wish cuts the wait short.</summary>
    private async Task BackOffAsync(BackendFailure failure)
    {
        long playedMicros = _serving.OnAirMicros is { } since ? _attemptEndMicros - since : 0;
        TimeSpan? peerWait = _source?.Wait;
        if (peerWait is null && !_switch.GivesUp(failure) && _waits.IsAtOnce(failure, playedMicros))
        {
            _news.OnOtherWay(failure);
            return;
        }

        BackendOptions failed = _settings.Backend;
        bool hasOther = _switch.TryOther(failure, playedMicros, _standby.OnLost());
        await _standby.EndSoonAsync();
        if (hasOther)
        {
            return;
        }

        TimeSpan wait = peerWait ?? _waits.Next(failure, _clients.Any);
        _status.Failure = failure;
        _news.OnFailure(failed, failure, wait, _clients.Count, _hold.Left);
        using (_returns.Listen(failure))
        {
            await _rest.AfterFailureAsync(wait, _attemptEndMicros, failure.RetryAfter is null, _returns);
        }

        _record.OnAttempt();
    }

    /// <summary>A better source is at a random access point: from there on it is the one in use, unless the present one is being let go.</summary>
    private bool TakeOver(StandbySource source)
    {
        if (!_status.Serves || !_rest.GoesOn || Session is not { State: BackendState.Playing, Failure: null } || !_switch.TryBetter(source))
        {
            return false;
        }

        CameraSink sink = _sessions.Take(source.Session);
        _serving.TakeOver(source.Session, source.Sink.IsLate ? 0 : JoinPolicy.LongestWaitMicros);
        source.Sink.GoLive(sink);
        return true;
    }

    private void Move(StreamState to) => _status.Move(to, _clients.Count);
}
