using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A client that remembers how its mount ended.</summary>
internal sealed class RecordingClient(Shard shard) : MountClient
{
    private int _endedOnOtherShard;

    public override Shard Shard { get; } = shard;

    public MountEnd? End { get; private set; }

    public bool EndedOnItsShard => Volatile.Read(ref _endedOnOtherShard) == 0;

    public override void OnMountEnded(MountEnd cause)
    {
        if (!Shard.IsCurrent)
        {
            Interlocked.Increment(ref _endedOnOtherShard);
        }

        End = cause;
    }
}
