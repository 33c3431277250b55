namespace FastRtspProxy.Net;

/// <summary>Several who wait for one thing, each with a limit. One shard only.</summary>
internal sealed class ShardWaiters(Shard shard)
{
    private readonly List<TaskCompletionSource<bool>> _waiters = [];

    /// <summary>How many wait.</summary>
    public int Count => _waiters.Count;

    /// <summary>True: released; false: the time is over.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit)
    {
        TaskCompletionSource<bool> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ShardTimer timer = shard.CreateTimer(() => waiter.TrySetResult(false));
        timer.Start(limit);
        _waiters.Add(waiter);
        bool released = await waiter.Task;
        timer.Stop();
        _waiters.Remove(waiter);
        return released;
    }

    /// <summary>Wakes everybody.</summary>
    public void Release()
    {
        foreach (TaskCompletionSource<bool> waiter in _waiters.ToArray())
        {
            waiter.TrySetResult(true);
        }
    }
}
