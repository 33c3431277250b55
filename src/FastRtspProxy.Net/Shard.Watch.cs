using System.Diagnostics;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>Descriptors, timers and end-of-turn work.</summary>
internal sealed partial class Shard
{
    /// <summary>The tick of coarse timers: a timer may be late by so much, so that timers due close together are one wake-up.</summary>
    private const long TickMicros = 10_000;

    /// <summary>With a clock that is not the system's, how often the loop looks at it.</summary>
    private const long ForeignClockPollMicros = 2_000;

    private readonly PriorityQueue<ShardTimer, long> _timers = new();
    private readonly Stack<int> _freeSlots = new();
    private PollTarget?[] _targets = new PollTarget?[64];
    private uint[] _generations = new uint[64];
    private int _slotsUsed = 1; // slot 0 stays free: a token of 0 means «not watched»
    private List<IEndOfTurn> _endOfTurn = [];
    private List<IEndOfTurn> _endOfTurnRunning = [];
    private readonly List<(IEndOfTurn Target, long DueMicros)> _deferred = [];
    private long _wakeAtMicros = long.MaxValue;

    private bool HasEndOfTurn => _endOfTurn.Count > 0;

    /// <summary>Watches a descriptor, level-triggered. On the shard (or before it has started). False: the kernel refused.</summary>
    public bool Watch(int fd, EpollEvents events, PollTarget target)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _slotsUsed++;
        if (slot == _targets.Length)
        {
            Array.Resize(ref _targets, slot * 2);
            Array.Resize(ref _generations, slot * 2);
        }

        _targets[slot] = target;
        ulong token = ((ulong)++_generations[slot] << 32) | (uint)slot;
        if (!_epoll.Add(fd, events, token))
        {
            _targets[slot] = null;
            _freeSlots.Push(slot);
            return false;
        }

        target.PollToken = token;
        return true;
    }

    /// <summary>Changes what is waited for.</summary>
    public void Rewatch(int fd, EpollEvents events, PollTarget target) => _epoll.Modify(fd, events, target.PollToken);

    /// <summary>Stops watching; events of this turn that were not yet delivered are dropped. Before the descriptor is closed.</summary>
    public void Unwatch(int fd, PollTarget target)
    {
        if (target.PollToken == 0)
        {
            return;
        }

        _ = _epoll.Remove(fd);
        int slot = (int)(uint)target.PollToken;
        _targets[slot] = null;
        _generations[slot]++;
        _freeSlots.Push(slot);
        target.PollToken = 0;
    }

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

    /// <summary>Asks for one run after all ready descriptors of this turn. On the shard.</summary>
    public void EndOfTurn(IEndOfTurn target)
    {
        if (!_endOfTurn.Contains(target))
        {
            _endOfTurn.Add(target);
        }
    }

    /// <summary>As <see cref="EndOfTurn"/>, at this time (to the microsecond and not to the tick); for batches that are held back for a moment.</summary>
    public void EndOfTurnAt(IEndOfTurn target, long micros)
    {
        _deferred.Add((target, micros));
        _wakeAtMicros = Math.Min(_wakeAtMicros, micros);
    }

    internal void EnqueueTimer(ShardTimer timer, long dueMicros) => _timers.Enqueue(timer, dueMicros);

    private PollTarget? TargetOf(ulong token)
    {
        int slot = (int)(uint)token;
        return _generations[slot] == (uint)(token >> 32) ? _targets[slot] : null;
    }

    private long NextWakeMicros()
    {
        long timeout = -1;
        if (_timers.TryPeek(out _, out long dueMicros))
        {
            RefreshNow();
            long left = Math.Max(0, dueMicros - NowMicros);

            // Round up to the tick, so that neighbours fire together.
            timeout = left <= TickMicros / 10 ? left : (left + TickMicros - 1) / TickMicros * TickMicros;
        }

        if (_wakeAtMicros != long.MaxValue)
        {
            RefreshNow();
            long left = Math.Max(0, _wakeAtMicros - NowMicros);
            timeout = timeout < 0 ? left : Math.Min(timeout, left);
        }

        return _isRealTime ? timeout : timeout < 0 ? ForeignClockPollMicros : Math.Min(timeout, ForeignClockPollMicros);
    }

    /// <summary>As far as a slice reaches; those that are due still come in the next turn, which does not wait.</summary>
    private void FireTimers()
    {
        long began = Stopwatch.GetTimestamp();
        while (_timers.TryPeek(out _, out long dueMicros) && dueMicros <= NowMicros && Stopwatch.GetTimestamp() - began <= s_sliceTicks)
        {
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

    private void TakeDeferred()
    {
        if (_wakeAtMicros > NowMicros)
        {
            return;
        }

        _wakeAtMicros = long.MaxValue;
        for (int i = _deferred.Count - 1; i >= 0; i--)
        {
            (IEndOfTurn target, long dueMicros) = _deferred[i];
            if (dueMicros <= NowMicros)
            {
                _deferred.RemoveAt(i);
                EndOfTurn(target);
            }
            else
            {
                _wakeAtMicros = Math.Min(_wakeAtMicros, dueMicros);
            }
        }
    }

    private void RunEndOfTurn()
    {
        TakeDeferred();
        if (_endOfTurn.Count == 0)
        {
            return;
        }

        (_endOfTurn, _endOfTurnRunning) = (_endOfTurnRunning, _endOfTurn);
        foreach (IEndOfTurn target in _endOfTurnRunning)
        {
            try
            {
                target.OnEndOfTurn();
            }
            catch (Exception e)
            {
                NetLog.ShardWorkFailed(Log, Index, e);
            }
        }

        _endOfTurnRunning.Clear();
    }
}
