using System.Diagnostics;

namespace FastRtspProxy.Net;

/// <summary>Timers, and when the loop has to wake up for them.</summary>
internal sealed partial class Shard
{
    /// <summary>The tick of coarse timers: a timer may be late by so much, so that timers due close together are one wake-up.</summary>
    private const long TickMicros = 10_000;

    /// <summary>With a clock that is not the system's, how often the loop looks at it.</summary>
    private const long ForeignClockPollMicros = 2_000;

    /// <summary>By the time at which the loop looks at a timer again; a timer that was stopped or moved finds out there. Only the shard.</summary>
    private readonly PriorityQueue<ShardTimer, long> _timers = new();

    /// <summary>Entries of timers, those that were stopped included; for tests. On the shard.</summary>
    internal int TimerEntries => _timers.Count;

    /// <summary>A coarse timer; its callback runs on the shard.</summary>
    public ShardTimer CreateTimer(Action callback) => new(this, callback);

    /// <summary>True after the time has passed, false when cancelled before; never throws. On the shard.</summary>
    public Task<bool> DelayAsync(TimeSpan due, CancellationToken cancel = default)
    {
        if (cancel.IsCancellationRequested)
        {
            return Task.FromResult(false);
        }

        TaskCompletionSource<bool> done = new();
        CancellationTokenRegistration registration = default;
        ShardTimer timer = CreateTimer(() =>
        {
            registration.Dispose();
            done.TrySetResult(true);
        });
        timer.Start(due);
        if (cancel.CanBeCanceled)
        {
            registration = cancel.Register(() =>
            {
                timer.Stop();
                done.TrySetResult(false);
            });
        }

        return done.Task;
    }

    internal void EnqueueTimer(ShardTimer timer, long dueMicros) => _timers.Enqueue(timer, dueMicros);

    /// <summary>How long the loop may sleep from now on, for its timers and deferred passes; -1: until something comes.</summary>
    private long NextWakeMicros()
    {
        long timeout = -1;
        if (_timers.TryPeek(out _, out long dueMicros))
        {
            long left = Math.Max(0, dueMicros - NowMicros);

            // Round up to the tick, so that neighbours fire together.
            timeout = left <= TickMicros / 10 ? left : (left + TickMicros - 1) / TickMicros * TickMicros;
        }

        if (_endOfTurn.NextDueMicros != long.MaxValue)
        {
            long left = Math.Max(0, _endOfTurn.NextDueMicros - NowMicros);
            timeout = timeout < 0 ? left : Math.Min(timeout, left);
        }

        return _isRealTime ? timeout : timeout < 0 ? ForeignClockPollMicros : Math.Min(timeout, ForeignClockPollMicros);
    }

    /// <summary>As far as a slice reaches; those that are due still come in the next turn, which does not wait.</summary>
    private void FireTimers()
    {
        long began = 0;
        while (_timers.TryPeek(out _, out long dueMicros) && dueMicros <= NowMicros)
        {
            began = began == 0 ? Stopwatch.GetTimestamp() : began;
            if (Stopwatch.GetTimestamp() - began > SliceTicks)
            {
                return;
            }

            ShardTimer timer = _timers.Dequeue();
            try
            {
                timer.OnEntryDue(dueMicros, NowMicros);
            }
            catch (Exception e)
            {
                NetLog.ShardWorkFailed(Log, Index, e);
            }
        }
    }
}
