namespace FastRtspProxy.Engine.Net;

/// <summary>
/// A message to a shard: a reusable node of its lock-free inbox. A node stands in one inbox at most once at a time;
/// posting it again before it has run is a no-op.
/// </summary>
internal abstract class ShardWork
{
    /// <summary>The next node of the inbox's stack. Written by the poster before its compare-exchange, read by the shard after its exchange.</summary>
    internal ShardWork? Next;

    private int _queued;

    /// <summary>Runs on the shard. The node may be posted again from here.</summary>
    protected internal abstract void Run();

    internal bool TryMarkQueued() => Interlocked.Exchange(ref _queued, 1) == 0;

    internal void ClearQueued() => Volatile.Write(ref _queued, 0);
}

/// <summary>A delegate as a message; control path only.</summary>
internal sealed class ActionWork(Action action) : ShardWork
{
    protected internal override void Run() => action();
}

/// <summary>An async method's continuation that goes on where it began.</summary>
internal sealed class ContinuationWork(SendOrPostCallback callback, object? state) : ShardWork
{
    protected internal override void Run() => callback(state);
}

/// <summary>Something that wants to run once after all ready descriptors of a turn were handled.</summary>
internal interface IEndOfTurn
{
    /// <summary>Runs on the shard, once for each time that it was asked for (several asks in one turn are one).</summary>
    void OnEndOfTurn();
}

/// <summary>Somebody whose descriptors a shard watches.</summary>
internal abstract class PollTarget
{
    /// <summary>Where the shard keeps this target; 0 while it is not watched.</summary>
    internal ulong PollToken;

    /// <summary>The descriptor is ready. Level-triggered: what is left comes again.</summary>
    protected internal abstract void OnReady(Linux.EpollEvents events);
}
