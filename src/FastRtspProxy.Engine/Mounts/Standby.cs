using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Looks whether a source that is better than the one in use delivers again, by a session of its own, and has it used when it has done so for a
/// minute; or at once, where the one in use is lost meanwhile. What it sends until then goes nowhere. On the mount's shard.
/// </summary>
/// <param name="settings">The mount's.</param>
/// <param name="shard">The mount's.</param>
/// <param name="pacer">Whose turn it is to open.</param>
/// <param name="takeOver">Called at a random access point of a source: true, its session is that of the mount from there on.</param>
/// <param name="log">The mount's.</param>
internal sealed class Standby(MountSettings settings, Shard shard, OpenPacer pacer, Func<StandbySource, bool> takeOver, ILogger log)
{
    private static readonly BackendFailure s_letGo = new(BackendFailureKind.Stopped, "it is looked at no longer");

    /// <summary>These three are there from the first time on that there is a better source: most streams have one source.</summary>
    private StandbyPlan _plan = null!;
    private OpenTurn? _turn;
    private ShardSignal _signal = null!;

    /// <summary>The source that is looked at; null: none is.</summary>
    private StandbySource? _source;

    /// <summary>A source is in use that others may be better than.</summary>
    private bool _isWanted;

    /// <summary>Over when nothing of it goes on any more. Never faulted.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// The source in use is lost: gives the one that is looked at, where it delivers and can be used at once. One that did and has fallen silent
    /// stands behind the others, as if it had failed.
    /// </summary>
    public StandbySource? OnLost()
    {
        if (_source is not { Sink.FirstMediaMicros: not null, Session.Failure: null, IsTaken: false } source)
        {
            return null;
        }

        if (!source.Sink.IsSilent(shard.NowMicros))
        {
            return source;
        }

        if (IndexOf(source.Of) is >= 0 and int index)
        {
            settings.Order.OnProbeFailed(index, shard.NowMicros);
        }

        return null;
    }

    /// <summary>The source in use plays, and somebody wants it. May be called again.</summary>
    public void Begin()
    {
        if (settings.Relayed is not null)
        {
            return; // the box that owns the stream looks after its sources
        }

        _isWanted = true;
        if (Ended.IsCompleted && StandbyPlan.HasAny(settings.Sources, settings.Order.Current))
        {
            if (_turn is null)
            {
                _turn = new OpenTurn(pacer, shard);
                _plan = new StandbyPlan(Random.Shared);
                _signal = new ShardSignal(shard);
            }

            _plan.Begin();
            Ended = LifeAsync();
        }
        else if (!Ended.IsCompleted)
        {
            _signal.Set();
        }
    }

    /// <summary>As <see cref="EndAsync"/>, and waited for so long as its TEARDOWN may take: a connect cannot be called back.</summary>
    public async Task EndSoonAsync()
    {
        Task ended = EndAsync();
        if (!ended.IsCompleted)
        {
            using CancellationTokenSource over = new();
            await Task.WhenAny(ended, shard.DelayAsync(settings.Backend.Timings.Teardown, over.Token));
            await over.CancelAsync();
        }
    }

    /// <summary>Nobody needs it any more, or the source in use is lost: lets go of what it has.</summary>
    public Task EndAsync()
    {
        _isWanted = false;
        if (Ended.IsCompleted)
        {
            return Ended;
        }

        _turn!.GiveUp();
        _ = _source is { IsTaken: false } source ? source.Session.CloseAsync() : Task.CompletedTask;
        _signal.Set();
        return Ended;
    }

    private bool IsWanted(MountSource source) =>
        _isWanted && IndexOf(source) is >= 0 and int index && index < settings.Order.Current && settings.Sources[index].MayBeProbed;

    private int IndexOf(MountSource source)
    {
        for (int i = 0; i < settings.Sources.Count; i++)
        {
            if (ReferenceEquals(settings.Sources[i].Backend, source.Backend))
            {
                return i;
            }
        }

        return -1;
    }

    private async Task LifeAsync()
    {
        while (_isWanted && StandbyPlan.HasAny(settings.Sources, settings.Order.Current))
        {
            if (_plan.Next(settings.Sources, settings.Order.Current) is { } index)
            {
                await LookAsync(index);
                continue;
            }

            long due = shard.NowMicros + (long)_plan.Wait().TotalMicroseconds;
            while (_isWanted && due > shard.NowMicros)
            {
                await _signal.WaitAsync(TimeSpan.FromMicroseconds(due - shard.NowMicros));
            }
        }
    }

    private async Task LookAsync(int index)
    {
        MountSource source = settings.Sources[index];
        source.State.IsProbed = true;
        try
        {
            SourceLog.Probes(log, settings.Name, source.Backend.Url.Redacted, index + 1);
            BackendFailure? sentElsewhere = null;
            for (int hop = 0; hop == 0 || (sentElsewhere is not null && IsWanted(source)); hop++)
            {
                BackendOptions next = settings.Allowed(source.Backend);
                next = sentElsewhere is null ? next : next with { Url = sentElsewhere.RedirectTo!, RedirectedBy = sentElsewhere.RedirectedBy };
                StandbySink sink = new(shard, _signal, OnPoint);
                _source = new StandbySource(source, new BackendSession(next, sink, shard, log), sink);
                sentElsewhere = await WatchAsync(_source, mayFollow: hop < BackendSession.RedirectHopsMax);
                if (!_source.IsTaken)
                {
                    await _source.Session.CloseAsync();
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it was: the source in use goes on, and this one is looked at again.
            MountLog.Failed(log, settings.Name, source.Backend.Url.Redacted, e);
            OnUseless(source);
            _ = _source?.Session.CloseAsync();
        }

        _source = null;
        source.State.IsProbed = false;
        source.State.DeliversSince = null;
    }

    /// <summary>Watches one session to its end. Gives where that has sent us, where it is followed, as by a mount; null: nowhere.</summary>
    private async Task<BackendFailure?> WatchAsync(StandbySource source, bool mayFollow)
    {
        BackendSession session = source.Session;
        BackendFailure? failure = await PlayAsync(source);
        while (failure is null && session.Failure is null && !source.IsTaken && IsWanted(source.Of))
        {
            long? due = source.Sink.FirstMediaMicros + (long)StandbyPlan.Proven.TotalMicroseconds;
            if (due is not null && source.Of.State.DeliversSince is null)
            {
                OnDelivers(source);
            }

            if (due <= shard.NowMicros && !source.Sink.IsArmed)
            {
                int number = IndexOf(source.Of) + 1;
                SourceLog.Armed(log, settings.Name, source.Of.Backend.Url.Redacted, number);
                source.Sink.Arm([.. session.Tracks.Select(static track => MediaCodecs.FromEncodingName(track.Media.EncodingName))]);
                _ = session.TryAskForKeyFrame();
            }

            await _signal.WaitAsync(due > shard.NowMicros ? TimeSpan.FromMicroseconds(due.Value - shard.NowMicros) : null);
        }

        if (!source.IsTaken && (failure ?? session.Failure) is { } cause && _isWanted)
        {
            if (mayFollow && cause.RedirectTo is not null)
            {
                return cause;
            }

            OnFailed(source.Of, cause);
        }
        else if (source.IsTaken)
        {
            _plan.Begin();
        }

        return null;
    }

    /// <summary>Opens the session, in its turn, until it plays.</summary>
    private async Task<BackendFailure?> PlayAsync(StandbySource source)
    {
        BackendSession session = source.Session;
        OpenPlace? place = await _turn!.TakeAsync(source.Of.Backend.Url.Host, isWanted: false);
        if (place is null || !_isWanted)
        {
            place?.Leave();
            return s_letGo;
        }

        Task<BackendFailure?> opening = session.OpenAsync();
        _ = _turn!.LeaveAsync(place, opening);
        BackendFailure? failure = await opening;
        if (failure is null && IsWanted(source.Of))
        {
            uint pictures = 0;
            foreach (BackendTrack track in session.Tracks)
            {
                pictures |= track.IsVideo ? 1u << track.Index : 0;
            }

            source.Sink.TracksThatCount = pictures == 0 ? uint.MaxValue : pictures;
            failure = await session.SetUpAsync() ?? (IsWanted(source.Of) ? await session.PlayAsync() : null);
        }

        return failure;
    }

    private void OnDelivers(StandbySource source)
    {
        int index = IndexOf(source.Of);
        _plan.OnDelivers();
        settings.Order.OnDelivers(index);
        source.Of.State.DeliversSince = shard.UtcNow;
        SourceLog.Delivers(log, settings.Name, source.Of.Backend.Url.Redacted, index + 1, StandbyPlan.Proven.TotalSeconds);
    }

    private void OnFailed(MountSource source, BackendFailure failure)
    {
        if (failure.NextWay is not null || failure.Kind == BackendFailureKind.Stopped)
        {
            return; // the same one, in another way; or it was let go, and is wanted again
        }

        int index = OnUseless(source);
        if (index < 0 || failure.Kind == BackendFailureKind.Fenced)
        {
            return; // nothing is wrong with it
        }

        settings.Order.OnProbeFailed(index, shard.NowMicros);
        source.State.LastError = new StreamFailure(shard.UtcNow, CameraFailures.NameOf(CameraFault.Of(failure)), failure.Message);
        SourceLog.ProbeFailed(log, settings.Name, source.Backend.Url.Redacted, index + 1, failure.Message);
    }

    /// <summary>It is not looked at again before the next round. Gives its place now; below 0: it was taken out of the list meanwhile.</summary>
    private int OnUseless(MountSource source)
    {
        int index = IndexOf(source);
        _plan.OnFailed(index);
        return index;
    }

    /// <summary>In the receive call of the source: from this packet on it is the one in use, where it can be.</summary>
    private bool OnPoint()
    {
        if (_source is not { } source || !IsWanted(source.Of) || !takeOver(source))
        {
            return false;
        }

        source.IsTaken = true;
        _signal.Set();
        return true;
    }
}
