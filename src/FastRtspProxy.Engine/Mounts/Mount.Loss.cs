using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>A lost camera: what is said, how long is waited, how long clients are held.</summary>
internal sealed partial class Mount
{
    /// <summary>
    /// Runs from the loss of the camera to its first media, while clients are there. An attempt that is made meanwhile, or a PLAY that is answered, is no media: a camera that answers
    /// and sends nothing would hold its viewers for ever.
    /// </summary>
    private readonly ShardTimer _holdTimer;

    /// <summary>When <see cref="_holdTimer"/> is due; of no meaning while it does not run.</summary>
    private long _holdUntilMicros;

    private void OnLost(BackendFailure failure)
    {
        if (_clients.Count > 0)
        {
            Move(MountState.Holding);
            HoldClients();
        }
        else
        {
            Move(MountState.Down);
        }

        // A redirect is for one session: when that ends, the configured URL counts again.
        _redirect = failure.RedirectTo;
        _redirectedBy = failure.RedirectedBy;
    }

    /// <summary>The clients' time runs, from the first loss on.</summary>
    private void HoldClients()
    {
        if (!_holdTimer.IsRunning)
        {
            _holdUntilMicros = Shard.NowMicros + (long)_options.Timings.Hold.TotalMicroseconds;
            _holdTimer.Start(_options.Timings.Hold);
        }
    }

    /// <summary>No media came in time, wherever the present attempt stands; it goes on as one for nobody.</summary>
    private void OnHoldExpired()
    {
        MountLog.HoldExpired(_log, Name, _options.Timings.Hold.TotalSeconds, _clients.Count);
        EndClients(MountEnd.HoldExpired);
        if (State == MountState.Holding)
        {
            Move(MountState.Down);
        }

        _signal.Set();
    }

    /// <summary>Says what happened, once per change, and waits for the next attempt; a client's wish cuts the wait short.</summary>
    private async Task BackOffAsync(BackendFailure failure)
    {
        if (_onAirMicros is { } since && _attemptEndMicros - since >= PlayedMicros)
        {
            _atOnce = 0;
        }

        // A round of ways ends by itself (TransportChoice); redirects may go on for ever.
        if (failure.RetryAtOnce && (failure.NextWay is not null || _atOnce++ < AtOnceMax))
        {
            SayOtherWay(failure);
            return;
        }

        bool isNew = _outage.OnFailure(failure.Kind);
        _lastFailure = failure;
        TimeSpan wait = failure.FirstWait ?? _retries.Next(_clients.Count > 0 || _joining.Count > 0);
        if (failure.RetryAfter is { } wish && wish > wait)
        {
            wait = wish;
        }

        Say(failure, wait, isNew);
        long due = Shard.NowMicros + (long)wait.TotalMicroseconds;
        while (!_stopping && TimeUntil(due) is { } left && left > TimeSpan.Zero)
        {
            if (_hurry && failure.RetryAfter is null)
            {
                due = Math.Min(due, _attemptEndMicros + (long)s_attemptDistance.TotalMicroseconds);
                left = TimeUntil(due);
                if (left <= TimeSpan.Zero)
                {
                    break;
                }
            }

            await _signal.WaitAsync(left);
        }

        _hurry = false;
    }

    private void SayOtherWay(BackendFailure failure)
    {
        if (failure.NextWay is { } next)
        {
            LogLevel level = failure.IsQuiet ? LogLevel.Debug : LogLevel.Information;
            string way = TransportChoice.Name(next);
            MountLog.TryWay(_log, level, Name, ShownUrl, failure.Message, way);
        }
        else if (failure.Kind == BackendFailureKind.ClosedAfterChallenge)
        {
            MountLog.AnswersNext(_log, Name, ShownUrl, failure.Message);
        }
        else if (failure.Kind == BackendFailureKind.VideoSilent)
        {
            SayVideoSilent(failure);
        }
        else
        {
            MountLog.Following(_log, Name, ShownUrl, failure.Message);
        }
    }

    private void SayVideoSilent(BackendFailure failure)
    {
        VideoSilence silence = _options.Backend.VideoSilence;
        if (silence.Losses == 1)
        {
            MountLog.VideoSilent(_log, Name, ShownUrl, failure.Message, silence.Patience.TotalSeconds);
        }
        else
        {
            MountLog.VideoStillSilent(_log, Name, ShownUrl, failure.Message, silence.Patience.TotalSeconds);
        }
    }

    /// <summary>The first packet after a loss.</summary>
    private void OnMediaBack()
    {
        _holdTimer.Stop();
        if (_outage.AwaitsMedia)
        {
            _outage.OnMedia();
            MountLog.Back(_log, Name, ShownUrl);
        }
    }

    private void Say(BackendFailure failure, TimeSpan wait, bool isNew)
    {
        if (isNew)
        {
            string clients = _clients.Count > 0 ? $"; {_clients.Count} viewer(s) are held for up to {Math.Max(0, TimeUntil(_holdUntilMicros).TotalSeconds):0.#} s" : string.Empty;
            MountLog.Down(_log, Name, ShownUrl, failure.Message, wait.TotalSeconds, clients);
        }
        else
        {
            MountLog.StillDown(_log, Name, ShownUrl, failure.Message, wait.TotalSeconds);
        }
    }
}
