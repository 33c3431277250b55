using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class MountFactoryTests
{
    private const int Mounts = 4;
    private const long BudgetBytes = 32 * SlabPool.DefaultSlabBytes;

    [Fact]
    public void Create_SeveralStreams_TheirCachesTogetherLeaveHalfOfTheBudget()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(BudgetBytes);
        ProxyOptions options = new()
        {
            GopCacheBytes = 1 << 30,
            Streams = [.. Enumerable.Range(0, Mounts).Select(i => new StreamOptions { Name = "cam" + i, Url = "rtsp://127.0.0.1:9/" + i })],
        };
        using MountFactory factory = new(options, shards, pool, NullLoggerFactory.Instance);
        Mount[] mounts = [.. options.Streams.Select(stream => factory.Create(stream))];

        // Not started: this thread is the producer.
        byte[] packet = new byte[60_000];
        foreach (Mount mount in mounts)
        {
            for (int i = 0; i < 1000; i++)
            {
                Assert.False(mount.Ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, 0, packet).IsEmpty);
                mount.Ring.Publish();
            }
        }

        // A slab more each: the one that is being filled.
        Assert.InRange(pool.RentedBytes, Mounts * SlabPool.DefaultSlabBytes, (BudgetBytes / 2) + (Mounts * SlabPool.DefaultSlabBytes));
        Array.ForEach(mounts, mount => mount.Ring.Dispose());
        Assert.Equal(0, pool.RentedBytes);
    }
}
