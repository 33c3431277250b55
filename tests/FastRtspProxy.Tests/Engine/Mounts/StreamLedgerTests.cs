using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class StreamLedgerTests
{
    /// <summary>One thread adds a stream and another one takes it out: whoever tells of it first, nothing of it stays.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnAdded_StreamIsTakenOutMeanwhile_KeepsNothing(bool isRemovalToldFirst)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(64 << 20);
        StreamOptions stream = new() { Name = "cam", Url = "rtsp://127.0.0.1:9/" };
        using MountFactory factory = new(new ProxyOptions { Streams = [stream] }, shards, pool, NullLoggerFactory.Instance);
        Mount mount = factory.Create(stream);
        StreamLedger ledger = new();
        MountDirectory mounts = new();
        mounts.Added = one =>
        {
            if (!isRemovalToldFirst)
            {
                ledger.OnAdded(one, mounts);
                Assert.Equal([one], ledger.Streams);
            }

            Assert.True(mounts.TryRemove(one.Name, out _));
            if (isRemovalToldFirst)
            {
                ledger.OnAdded(one, mounts);
            }
        };
        mounts.Removed = ledger.OnRemoved;

        Assert.True(mounts.TryAdd(mount));

        Assert.Empty(ledger.Streams);
        long[] row = new long[StreamFigure.Count];
        ledger.All.Read(row, default);
        Assert.Equal(isRemovalToldFirst ? 0 : 1, row[..StreamFigure.States].Sum()); // what has gone stays until its viewers have left
        mount.Ring.Dispose();
    }
}
