using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TcpConnectorTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ConnectToAnyAsync_FirstAddressIsDead_TheSecondHasItsShareOfTheTime()
    {
        using Socket living = Listening(new IPEndPoint(IPAddress.Loopback, 0), backlog: 16);
        int port = ((IPEndPoint)living.LocalEndPoint!).Port;
        IPAddress deadAddress = IPAddress.Parse("127.0.0.2");
        using Socket dead = Listening(new IPEndPoint(deadAddress, port), backlog: 0);

        // A full backlog drops what else comes: whoever connects hears nothing at all, as from a machine that is not there.
        List<Socket> fill = [];
        for (int i = 0; i < 4; i++)
        {
            Socket one = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            fill.Add(one);
            _ = one.ConnectAsync(deadAddress, port).ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }

        TimeSpan limit = TimeSpan.FromSeconds(4);
        using CancellationTokenSource cancel = new(limit);
        using Socket socket = await TcpConnector.ConnectToAnyAsync(
            [deadAddress, IPAddress.Loopback], new ConnectTarget("camera.test", port), limit, TimeProvider.System, cancel.Token);

        Assert.Equal(living.LocalEndPoint, socket.RemoteEndPoint);
        fill.ForEach(static one => one.Dispose());
    }

    [Fact]
    public async Task TakeOver_CameraHasResetTheConnectionMeanwhile_IsAFailureThatSaysSo()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using Socket camera = Listening(new IPEndPoint(IPAddress.Loopback, 0), backlog: 16);
        int port = ((IPEndPoint)camera.LocalEndPoint!).Port;
        using Socket socket = await TcpConnector.ConnectAsync(new ConnectTarget("127.0.0.1", port), s_limit, TimeProvider.System);
        using (Socket near = await camera.AcceptAsync())
        {
            near.LingerState = new LingerOption(true, 0);
        }

        Assert.True(socket.Poll(s_limit, SelectMode.SelectRead)); // the reset is there

        ByteStreamException e = Assert.Throws<ByteStreamException>(() => TcpByteStream.TakeOver(shards.Shards[0], socket, "camera.test", port));
        Assert.Equal($"camera.test:{port} closed the connection at once", e.Message);
    }

    private static Socket Listening(EndPoint at, int backlog)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen(backlog);
        return socket;
    }
}
