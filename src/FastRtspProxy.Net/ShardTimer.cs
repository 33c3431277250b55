namespace FastRtspProxy.Net;

/// <summary>A coarse one-shot timer of a shard. Restarting and stopping it touches no heap: a stale entry is skipped when it comes up.</summary>
internal sealed class ShardTimer
{
    /// <summary>
    /// It stands in the queue for so long at the most, and is put there again where it is due later. The queue holds whoever the timer belongs to,
    /// and a client or a camera may name a time that is years away (<c>Range: clock=-20991231T235959Z</c>).
    /// </summary>
    private const long QueuedMicrosMax = 60_000_000;

    private readonly Shard _shard;
    private readonly Action _callback;
    private long _dueMicros = long.MaxValue;
    private long _queuedMicros = long.MaxValue;

    internal ShardTimer(Shard shard, Action callback)
    {
        _shard = shard;
        _callback = callback;
    }

    /// <summary>True between a start and its callback or a stop.</summary>
    public bool IsRunning => _dueMicros != long.MaxValue;

    /// <summary>Starts, or starts anew. On the shard.</summary>
    public void Start(TimeSpan due) => StartMicros((long)due.TotalMicroseconds);

    /// <summary>As <see cref="Start"/>, in microseconds; fires at the first turn at or after the due time.</summary>
    public void StartMicros(long dueMicros)
    {
        _dueMicros = _shard.NowMicros + Math.Max(0, dueMicros);

        // An entry that comes up earlier than the new due time is pushed on when it does; only an earlier due time needs an entry of its own.
        if (_queuedMicros > _dueMicros)
        {
            Queue(_shard.NowMicros);
        }
    }

    /// <summary>Stops; the callback does not come. On the shard.</summary>
    public void Stop() => _dueMicros = long.MaxValue;

    /// <summary>An entry of this timer has come up.</summary>
    internal void OnEntryDue(long entryMicros, long nowMicros)
    {
        if (entryMicros != _queuedMicros)
        {
            return; // an earlier entry took this one's place
        }

        _queuedMicros = long.MaxValue;
        if (_dueMicros == long.MaxValue)
        {
            return;
        }

        if (_dueMicros > nowMicros)
        {
            Queue(nowMicros);
            return;
        }

        _dueMicros = long.MaxValue;
        _callback();
    }

    private void Queue(long nowMicros)
    {
        _queuedMicros = Math.Min(_dueMicros, nowMicros + QueuedMicrosMax);
        _shard.EnqueueTimer(this, _queuedMicros);
    }
}
