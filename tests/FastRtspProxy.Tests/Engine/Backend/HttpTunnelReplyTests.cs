using System.Net.Sockets;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class HttpTunnelReplyTests
{
    [Fact]
    public async Task OnBytes_BehindTheHeadBeforeAnybodyListens_AreKeptInOrder()
    {
        using ShardGroup shards = ShardGroup.Start(1, new FakeTimeProvider(), NullLoggerFactory.Instance);
        HttpTunnelReply reply = new(shards.Shards[0]);
        CollectingSink sink = new();

        await shards.Shards[0].RunAsync(() =>
        {
            reply.OnBytes("HTTP/1.0 200 OK\r\nContent-Length: 32767\r\n\r\n$\0"u8);
            reply.OnBytes("\0\u0001x"u8);
            reply.ForwardTo(sink);
            reply.OnBytes("RTSP"u8);
            return Task.CompletedTask;
        });

        Assert.Equal(200, reply.Status);
        Assert.Equal("$\0\0\u0001xRTSP"u8.ToArray(), sink.Bytes);
        Assert.Null(sink.End);
    }

    [Fact]
    public async Task OnBytes_MegabytesBeforeAnybodyListens_EndTheTunnelWithoutTakingMemory()
    {
        using ShardGroup shards = ShardGroup.Start(1, new FakeTimeProvider(), NullLoggerFactory.Instance);
        HttpTunnelReply reply = new(shards.Shards[0]);
        CollectingSink sink = new();

        await shards.Shards[0].RunAsync(() =>
        {
            reply.OnBytes("HTTP/1.0 200 OK\r\n\r\n"u8);
            byte[] flood = new byte[65_536];
            for (int i = 0; i < 160; i++)
            {
                reply.OnBytes(flood);
            }

            reply.ForwardTo(sink);
            return Task.CompletedTask;
        });

        Assert.InRange(sink.Bytes.Count, 0, 1 << 20);
        Assert.NotNull(sink.End);
    }

    private sealed class CollectingSink : IByteSink
    {
        public List<byte> Bytes { get; } = [];

        public SocketError? End { get; private set; }

        public void OnBytes(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes.ToArray());

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => End = error;
    }
}
