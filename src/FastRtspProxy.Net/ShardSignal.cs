namespace FastRtspProxy.Net;

/// <summary>Wakes whoever waits, or the next one who would. One shard only.</summary>
internal sealed class ShardSignal
{
    private readonly ShardTimer _timer;
    private TaskCompletionSource<bool>? _waiter;
    private bool _set;

    public ShardSignal(Shard shard) => _timer = shard.CreateTimer(() => Complete(false));

    /// <summary>Wakes the waiter; without one, the next wait returns at once. A waiter goes on later in the turn, never inside this call.</summary>
    public void Set()
    {
        if (_waiter is null)
        {
            _set = true;
        }
        else
        {
            Complete(true);
        }
    }

    /// <summary>True: signalled; false: the time is over. Without a limit it waits as long as it takes.</summary>
    public Task<bool> WaitAsync(TimeSpan? limit)
    {
        if (_set)
        {
            _set = false;
            return Task.FromResult(true);
        }

        _waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (limit is { } due)
        {
            _timer.Start(due);
        }

        return _waiter.Task;
    }

    private void Complete(bool signalled)
    {
        _timer.Stop();
        TaskCompletionSource<bool>? waiter = _waiter;
        _waiter = null;
        waiter?.TrySetResult(signalled);
    }
}
