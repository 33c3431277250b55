using System.Runtime.CompilerServices;

namespace FastRtspProxy.Net;

/// <summary>An await after which the code runs on another shard.</summary>
internal readonly struct MoveAwaitable(Shard shard) : INotifyCompletion
{
    /// <summary>True when we are there already.</summary>
    public bool IsCompleted => shard.IsCurrent;

    public MoveAwaitable GetAwaiter() => this;

    public void OnCompleted(Action continuation) => shard.Post(continuation);

    public void GetResult()
    {
    }
}
