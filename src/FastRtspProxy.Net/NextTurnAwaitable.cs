using System.Runtime.CompilerServices;

namespace FastRtspProxy.Net;

/// <summary>An await after which the code goes on in the shard's next turn, behind everything that waits by then.</summary>
internal readonly struct NextTurnAwaitable(Shard shard) : INotifyCompletion
{
    public bool IsCompleted => false;

    public NextTurnAwaitable GetAwaiter() => this;

    public void OnCompleted(Action continuation) => shard.QueueAgain(new ContinuationTurn(continuation));

    public void GetResult()
    {
    }
}

/// <summary>Code that goes on in its next turn.</summary>
internal sealed class ContinuationTurn(Action continuation) : TurnWork
{
    protected internal override void RunTurn() => continuation();
}
