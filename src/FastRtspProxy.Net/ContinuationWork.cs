namespace FastRtspProxy.Net;

/// <summary>An async method's continuation that goes on where it began.</summary>
internal sealed class ContinuationWork(SendOrPostCallback callback, object? state) : ShardWork
{
    protected internal override void Run() => callback(state);
}
