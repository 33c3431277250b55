using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Goes from one of a mount's sources to another: when one is lost, at once to the next, and after all of them with the waits of a single camera. One
/// that does not answer soon is left for the next, too, while somebody waits. On the mount's shard.
/// </summary>
/// <param name="settings">The mount's.</param>
/// <param name="shard">The mount's.</param>
/// <param name="clients">Who waits, and is held.</param>
/// <param name="record">Is told why.</param>
/// <param name="plan">What the next session is made with.</param>
/// <param name="news">Says it.</param>
internal sealed class SourceSwitch(
    MountSettings settings, Shard shard, MountClients clients, SourceRecord record, SessionPlan plan, CameraNews news)
{
    /// <summary>A programme that came to its end in less was not played, but sent as fast as it goes: not to be had again and again.</summary>
    private const long ProgrammeMicros = 1_000_000;

    /// <summary>Runs while somebody waits for the opening of <see cref="_leave"/>; null: no opening might be left so far.</summary>
    private ShardTimer? _patience;

    /// <summary>Set when the opening that goes on is to be left; null: none goes on that may be.</summary>
    private TaskCompletionSource? _leave;

    /// <summary>That of <see cref="_leave"/>: one that was closed meanwhile ends by itself.</summary>
    private BackendSession? _opened;

    /// <summary>The source that is opened next plays already: it was looked at, and delivered. Null: it is opened as any.</summary>
    public StandbySource? Taken { get; private set; }

    /// <summary>Of a box that owns the stream there is one.</summary>
    private bool HasSeveral => settings.Sources.Count > 1 && settings.Relayed is null;

    private bool MayLeaveEarly => HasSeveral && settings.Order.MayLeaveEarly;

    private bool IsAwaited => settings.AlwaysOn || clients.AreWaiting;

    /// <summary>
    /// What becomes of an opening: its end, or the failure of a source that is left for another one. A connect cannot be called back: what is left of
    /// it ends by itself, once the session is closed.
    /// </summary>
    /// <param name="session">The one that is opened.</param>
    /// <param name="opening">It has begun.</param>
    /// <param name="left">Gets what is left of it, to be waited for.</param>
    public Task<BackendFailure?> EndOf(BackendSession session, Task<BackendFailure?> opening, Action<Task> left) =>
        MayLeaveEarly && !opening.IsCompleted ? LeaveOrEndAsync(session, opening, left) : opening;

    /// <summary>Somebody waits from now on: also for a source that was being opened for nobody.</summary>
    public void OnAwaited()
    {
        if (_leave is not null && !_patience!.IsRunning)
        {
            _patience.Start(settings.Timings.OtherSource);
        }
    }

    /// <summary>
    /// True for a failure after which another source is tried, and not the same one in another way: also pictures that have stayed away from two
    /// sessions, where the sound of the one in use would be served alone.
    /// </summary>
    public bool GivesUp(BackendFailure failure) =>
        HasSeveral && (!failure.RetryAtOnce || (failure.Kind == BackendFailureKind.VideoSilent && settings.Backend.VideoSilence.Losses > 1));

    /// <summary>
    /// True for the end of a programme that ends the stream with it: of several sources, while somebody watches, another one follows, or the same one
    /// again.
    /// </summary>
    public bool IsOver(BackendFailure? failure) =>
        failure is { Kind: BackendFailureKind.EndOfProgramme } && !(HasSeveral && clients.WantPlay);

    /// <summary>The source in use was lost, could not be had, or is over. True: another one is tried at once.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="playedMicros">How long it had played.</param>
    /// <param name="delivering">A better one that delivers, and is used at once; null: none does.</param>
    public bool TryOther(BackendFailure failure, long playedMicros, StandbySource? delivering)
    {
        if (!HasSeveral)
        {
            return false;
        }

        BackendOptions lost = settings.Backend;
        bool hasEnded = failure.Kind == BackendFailureKind.EndOfProgramme && playedMicros >= ProgrammeMicros;
        Note(settings.Order.Current, failure);
        record.OnOther(SourceCause.Lost, $"source {settings.Order.Current + 1} {(hasEnded ? "is over" : "cannot be used")}: {failure.Message}");
        bool isAtOnce = hasEnded || settings.Order.OnLost(shard.NowMicros, playedMicros, failure.IsEarly);
        if (hasEnded)
        {
            settings.Order.OnProgrammeEnd(shard.NowMicros);
        }

        plan.OnOtherSource();
        if (delivering is not null && TryChoose(delivering))
        {
            Taken = delivering;
            delivering.IsTaken = true;
            isAtOnce = true;
        }

        if (isAtOnce)
        {
            news.OnOtherSource(lost, failure, clients.Count);
        }

        return isAtOnce;
    }

    /// <summary>The session of <see cref="Taken"/>, once; null also where the camera is another box's by now.</summary>
    public StandbySource? Take()
    {
        if (settings.Relayed is not null)
        {
            _ = CloseTakenAsync();
        }

        StandbySource? taken = Taken;
        Taken = null;
        return taken;
    }

    /// <summary>Nobody takes it any more: the mount stops, or its sessions are made anew.</summary>
    public Task CloseTakenAsync()
    {
        StandbySource? taken = Taken;
        Taken = null;
        return taken?.Session.CloseAsync() ?? Task.CompletedTask;
    }

    /// <summary>A better source has delivered for long enough, and is at a random access point.</summary>
    public bool TryBetter(StandbySource source)
    {
        if (!TryChoose(source))
        {
            return false;
        }

        record.OnOther(SourceCause.Better, $"it is better, and had delivered for {StandbyPlan.Proven.TotalSeconds:0} s");
        plan.OnOtherSource();
        return true;
    }

    /// <summary>The camera was let go, and is opened again: the best one is, where several are.</summary>
    public void OnReopened()
    {
        if (HasSeveral)
        {
            settings.Order.OnLetGo(shard.NowMicros);
            record.OnOther(SourceCause.First, "the stream was opened");
        }
    }

    /// <summary>The session is to be made anew: with the best source, if an operator wants it.</summary>
    public void OnRestarted(bool keepsSource)
    {
        if (HasSeveral && !keepsSource)
        {
            settings.Order.Restart();
            record.OnOther(SourceCause.Changed, "this was asked for");
        }
    }

    private async Task<BackendFailure?> LeaveOrEndAsync(BackendSession session, Task<BackendFailure?> opening, Action<Task> left)
    {
        TimeSpan limit = settings.Timings.OtherSource;
        TaskCompletionSource leave = new();
        _leave = leave;
        _opened = session;
        _patience ??= shard.CreateTimer(OnPatienceOver);
        if (IsAwaited)
        {
            _patience.Start(limit);
        }

        await Task.WhenAny(opening, leave.Task);
        _patience.Stop();
        _leave = null;
        _opened = null;
        if (opening.IsCompleted)
        {
            return await opening;
        }

        left(Task.WhenAny(opening)); // its own fault, if there is one, is nobody's any more
        string why = $"no description within {limit.TotalSeconds:0.#} s, and there are other sources";
        return session.GiveUp(new BackendFailure(BackendFailureKind.NoAnswer, why) { IsEarly = true });
    }

    private void OnPatienceOver()
    {
        if (MayLeaveEarly && IsAwaited && _opened is { State: not BackendState.Closed })
        {
            _leave?.TrySetResult();
        }
    }

    private bool TryChoose(StandbySource source)
    {
        for (int i = 0; i < settings.Sources.Count; i++)
        {
            if (ReferenceEquals(settings.Sources[i].Backend, source.Of.Backend))
            {
                settings.Order.Take(i);
                return true;
            }
        }

        return false;
    }

    private void Note(int source, BackendFailure failure) => settings.Sources[source].State.LastError =
        new StreamFailure(shard.UtcNow, CameraFailures.NameOf(CameraFault.Of(failure)), failure.Message);
}
