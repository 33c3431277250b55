using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Tests.Engine.Camera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Net;

public sealed class TlsByteStreamTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ReadLoop_SinkThrows_TheStreamEndsAndTheSinkIsTold()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ThrowingSink sink = new();
        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", camera.Server.TlsPort), s_limit, isInsecure: true));

        bool isSent = await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.FromResult(stream.Send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8));
        });

        Assert.True(isSent);
        Assert.Equal(SocketError.SocketError, await sink.Closed.Task.WaitAsync(s_limit));
        Assert.False(await shard.RunAsync(() => Task.FromResult(stream.Send("x"u8))));
    }

    private sealed class ThrowingSink : IByteSink
    {
        public TaskCompletionSource<SocketError> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes) => throw new InvalidOperationException("a defect of the sink");

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => Closed.SetResult(error);
    }
}
