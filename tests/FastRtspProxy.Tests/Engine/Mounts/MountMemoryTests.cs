using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>What a stream costs that nobody has ever watched.</summary>
[Collection(nameof(Allocations))]
public sealed class MountMemoryTests
{
    private const int Mounts = 64;

    /// <summary>Many sites have more cameras configured than they have.</summary>
    [Fact]
    public void Create_TheCameraHasNeverCome_AMountHoldsLessThan8KB()
    {
        using ShardGroup shards = ShardGroup.Start(2, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(64 << 20);
        StreamOptions[] streams = [.. Enumerable.Range(0, Mounts).Select(static i => new StreamOptions { Name = $"cam-{i}", Url = $"rtsp://admin:secret@192.0.2.1/{i}" })];
        using MountFactory factory = new(new ProxyOptions { Streams = streams }, shards, pool, NullLoggerFactory.Instance);
        _ = factory.Create(streams[0]); // what the first one makes for all
        Mount[] mounts = new Mount[Mounts];

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Mounts; i++)
        {
            mounts[i] = factory.Create(streams[i]);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Mounts;
        Assert.InRange(each, 1, 8 * 1024);
        Assert.Equal(0, pool.AllocatedBytes);
        GC.KeepAlive(mounts);
    }
}
