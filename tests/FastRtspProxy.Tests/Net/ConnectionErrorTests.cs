using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>What ended a connection, whoever of its readers and writers meets it; and what is asked of the kernel for one.</summary>
public sealed class ConnectionErrorTests
{
    [Theory]
    [InlineData("idle")]
    [InlineData("reading")]
    [InlineData("sending")]
    [InlineData("parked")]
    public async Task EndErrno_ThePeerResets_IsKnownHoweverItWasMet(string activity)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        (Socket near, Socket far) = Pair();
        ControlStream stream = new(shard, near);
        Task over = stream.Closed;
        await shard.RunAsync(async () =>
        {
            if (activity != "sending")
            {
                stream.Start(); // else nobody looks out for the peer's end but the sender
            }

            if (activity == "reading")
            {
                over = ReadOnAsync(stream); // whoever reads closes
            }
            else if (activity == "parked")
            {
                while (!stream.IsParked && stream.Send(new byte[64 * 1024]))
                {
                    await Task.Yield();
                }
            }
        });
        far.LingerState = new LingerOption(true, 0);
        far.Dispose();

        if (activity == "sending")
        {
            await Until.TrueAsync(() => shard.RunAsync(() => Task.FromResult(!stream.Send("x"u8))).GetAwaiter().GetResult());
        }

        await over.WaitAsync(RtspTestClient.Limit);
        Assert.Contains(stream.EndErrno, (int[])[LinuxConstants.ErrorConnectionReset, LinuxConstants.ErrorBrokenPipe]);
    }

    [Fact]
    public async Task EndErrno_ThePeerClosesInOrder_IsNone()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        (Socket near, Socket far) = Pair();
        ControlStream stream = new(shards.Shards[0], near);
        Task read = shards.Shards[0].RunAsync(async () =>
        {
            stream.Start();
            await ReadOnAsync(stream);
        });
        far.Dispose();

        await read.WaitAsync(RtspTestClient.Limit);
        Assert.Equal(0, stream.EndErrno);
    }

    [Fact]
    public async Task TryListen_WithAMark_ConnectionsInheritItAndTheirBuffersAreTheKernelsOwn()
    {
        TcpListenerSocket? listener = TcpListenerSocket.TryListen(IPAddress.Loopback, 0, NullLogger.Instance, [], out _, UnsentMark.UnknownBytes);
        Assert.NotNull(listener);
        TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Start(accepted.SetResult);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.Port));
        using Socket near = await accepted.Task.WaitAsync(RtspTestClient.Limit);
        (Socket plain, Socket far) = Pair();

        Assert.Equal(UnsentMark.UnknownBytes, SocketSetup.Get(SocketSetup.Fd(near), LinuxConstants.TcpProtocol, LinuxConstants.TcpNotSentLowWater));
        Assert.Equal(plain.SendBufferSize, near.SendBufferSize);
        Assert.Equal(plain.ReceiveBufferSize, near.ReceiveBufferSize);
        plain.Dispose();
        far.Dispose();
        listener.Dispose();
    }

    [Theory]
    [InlineData(32, "EPIPE")]
    [InlineData(104, "ECONNRESET")]
    [InlineData(110, "ETIMEDOUT")]
    [InlineData(113, "EHOSTUNREACH")]
    [InlineData(71, "EPROTO")]
    [InlineData(72, "errno 72")]
    public void Of_AnErrno_IsItsNameOrItsNumber(int errno, string expected) => Assert.Equal(expected, ErrorName.Of(errno));

    private static async Task ReadOnAsync(ControlStream stream)
    {
        while (await stream.Input.WaitAsync())
        {
            stream.Input.Consume(stream.Input.Unread.Length);
        }
    }

    private static (Socket Near, Socket Far) Pair()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Connect(listener.LocalEndPoint!);
        return (listener.Accept(), far);
    }
}
