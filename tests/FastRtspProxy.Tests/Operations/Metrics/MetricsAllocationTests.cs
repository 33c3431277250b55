using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Operations.Metrics;

/// <summary>A page costs the same few objects however many streams there are.</summary>
[Collection(nameof(Allocations))]
public sealed class MetricsAllocationTests
{
    [Fact]
    public async Task Page_MoreStreams_AllocatesNoMore()
    {
        long few = await BytesPerPageAsync(10, long.MaxValue);
        long max = few + 8_192; // 490 streams would be seen with 17 bytes each
        long many = await BytesPerPageAsync(500, max);

        Assert.InRange(many, 0, max); // it is, or the page never got there
    }

    /// <summary>What a page asks the shard of each stream whose camera plays.</summary>
    [Fact]
    public async Task NoteCounters_PlayingCamera_AllocatesNothing()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url, BackendTransport.Udp)]);
        (RtspTestClient client, _) = await host.WatchAsync(2);
        await ProxyHost.ReadAsync(client);
        Mount mount = host.Engine.Counters.Ledger.Streams.Single();
        long[] row = new long[StreamFigure.Count];

        long allocated = await mount.Shard.RunAsync(() =>
        {
            return Task.FromResult(AllocationMeter.SteadyBytes(() =>
            {
                mount.NoteCounters();
                mount.Read(row, default);
            }));
        });

        Assert.InRange(allocated, 0, 1000); // below one byte a time
        Assert.True(row[StreamFigure.IngestBytes] > 0);
        client.Dispose();
    }

    /// <summary>The least of thirty pages, and of more while that is above what is enough: the streams may still be opening.</summary>
    private static async Task<long> BytesPerPageAsync(int streams, long enough)
    {
        // Cameras that take the connection and say nothing: nothing is tried again meanwhile.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start(1024);
        await using ProxyHost host = await ProxyHost.StartAsync(
            [.. Enumerable.Range(0, streams).Select(i => ProxyHost.Stream($"cam-{i}", $"rtsp://{silent.LocalEndpoint}/"))]);
        MetricsBench bench = new(host.Engine);
        using KeptBlocks blocks = new();
        Pipe pipe = new(new PipeOptions(blocks));
        Task drained = DrainAsync(pipe.Reader);
        long least = long.MaxValue;
        int pages = 0;
        await Until.TrueAsync(
            async () =>
            {
                // Of the whole process, because a page is written on several threads; what others do meanwhile is in all but the least.
                long before = GC.GetTotalAllocatedBytes(precise: true);
                Assert.True(await bench.TryWriteAsync(pipe.Writer));
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
                return ++pages >= 30 && least <= enough;
            },
            detail: () => $"{least} bytes, and {enough} are enough");

        await pipe.Writer.CompleteAsync();
        await drained;
        return least;
    }

    private static async Task DrainAsync(PipeReader reader)
    {
        ReadResult read;
        do
        {
            read = await reader.ReadAsync();
            reader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    /// <summary>As the server's: what was given back is given out again, however much that is.</summary>
    private sealed class KeptBlocks : MemoryPool<byte>
    {
        private const int BlockBytes = 4096;

        // Not a concurrent collection: it makes a node each time, which would be counted as the page's.
        private readonly Stack<Block> _free = new(Enumerable.Range(0, 512).Select(static _ => new Block()));

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            lock (_free)
            {
                Block block = _free.TryPop(out Block? free) ? free : new Block();
                block.Pool = this;
                return block;
            }
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Block : IMemoryOwner<byte>
        {
            public KeptBlocks? Pool { get; set; }

            public Memory<byte> Memory { get; } = new byte[BlockBytes];

            public void Dispose()
            {
                lock (Pool!._free)
                {
                    Pool._free.Push(this);
                }
            }
        }
    }
}
