using FastRtspProxy.Net;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>A shard's turns as Shard.Loop makes them, with the real inbox and without descriptors.</summary>
internal sealed class TestShard
{
    private readonly ShardInbox _inbox = new();
    private readonly Bell _bell = new();

    /// <summary>As Shard.Post.</summary>
    public bool Post(ShardWork work)
    {
        bool isNew = _inbox.TryPost(work, out bool mustRing);
        if (mustRing)
        {
            _bell.Ring();
        }

        return isNew;
    }

    /// <summary>As a turn of Shard.Loop: sleep, wake up, run the inbox.</summary>
    public void Turn()
    {
        if (_inbox.TrySleep())
        {
            _bell.Wait();
        }
        else
        {
            _bell.Quiet();
        }

        _inbox.WakeUp();
        _inbox.Take();
        while (_inbox.Next() is { } work)
        {
            work.RunOnce();
        }
    }
}
