namespace FastRtspProxy.Net;

/// <summary>A delegate as a message; control path only.</summary>
internal sealed class ActionWork(Action action) : ShardWork
{
    protected internal override void Run() => action();
}
