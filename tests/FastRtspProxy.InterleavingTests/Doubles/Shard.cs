using FastRtspProxy.InterleavingTests.Scenarios;

namespace FastRtspProxy.Net;

/// <summary>In the place of a shard with a thread of its own: the turns of a scenario's thread. What other shards have it do (Shard.Calls.cs) and its inbox are the real ones.</summary>
internal sealed partial class Shard
{
    private readonly TestShard _loop = new();

    /// <summary>Written by the thread that makes the turns, before its first one; another thread that looks too early is not that thread either.</summary>
    private int _thread;

    public bool IsCurrent => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    public long NowMicros => 0;

    public bool Post(ShardWork work) => _loop.Post(work);

    public ShardTimer CreateTimer(Action callback) => new(callback);

    /// <summary>Turns until it is told to end.</summary>
    public void Loop(Func<bool> isOver)
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        while (!isOver())
        {
            _loop.Turn();
        }
    }
}
