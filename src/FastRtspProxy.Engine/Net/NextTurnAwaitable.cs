using System.Runtime.CompilerServices;

namespace FastRtspProxy.Engine.Net;

/// <summary>An await after which the code goes on in the shard's next turn, behind everything that waits by then.</summary>
internal readonly struct NextTurnAwaitable(Shard shard) : INotifyCompletion
{
    public bool IsCompleted => false;

    public NextTurnAwaitable GetAwaiter() => this;

    public void OnCompleted(Action continuation) => shard.Post(continuation);

    public void GetResult()
    {
    }
}
