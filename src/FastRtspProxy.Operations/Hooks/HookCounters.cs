namespace FastRtspProxy.Operations.Hooks;

/// <summary>What came of deliveries since the start, over all hooks, those that are gone included. Any thread.</summary>
internal sealed class HookCounters
{
    private long _delivered;
    private long _retried;
    private long _failed;
    private long _dropped;
    private long _waiting;

    /// <summary>Taken by the server.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Attempts that failed and were followed by another one.</summary>
    public long Retried => Volatile.Read(ref _retried);

    /// <summary>Given up.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Left out, because as many waited as may.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Deliveries that wait or are under way.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    public void OnDelivered() => Interlocked.Increment(ref _delivered);

    public void OnRetried() => Interlocked.Increment(ref _retried);

    public void OnFailed() => Interlocked.Increment(ref _failed);

    public void OnDropped(long events) => Interlocked.Add(ref _dropped, events);

    public void AddWaiting(long change) => Interlocked.Add(ref _waiting, change);
}
