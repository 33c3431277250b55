using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TcpConnectorTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

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
        FakeTimeProvider time = new();
        using CancellationTokenSource cancel = new(limit, time);
        using ShardGroup shards = ShardGroup.Start(1, time, NullLoggerFactory.Instance);
        Task<Socket> connecting = TcpConnector.ConnectToAnyAsync(
            shards.Shards[0], [deadAddress, IPAddress.Loopback], new ConnectTarget("camera.test", port), limit, cancel.Token);
        Assert.False(connecting.IsCompleted);
        time.Advance((limit / 2) + TimeSpan.FromMilliseconds(1));
        using Socket socket = await connecting.WaitAsync(s_limit);

        Assert.Equal(living.LocalEndPoint, socket.RemoteEndPoint);
        fill.ForEach(static one => one.Dispose());
    }

    [Theory]
    [InlineData("127.0.0.1", "cannot connect to 127.0.0.1:1: ")]
    [InlineData("::1", "cannot connect to [::1]:1: ")]
    public async Task ConnectAsync_NobodyListens_SaysWhereSoThatThePortIsNoPartOfTheAddress(string host, string expected)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(
            () => shard.RunAsync(() => TcpByteStream.ConnectAsync(shard, new ConnectTarget(host, 1), s_limit)));

        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("camera.test", "camera.test:554")]
    [InlineData("192.0.2.1", "192.0.2.1:554")]
    [InlineData("2001:db8::1", "[2001:db8::1]:554")]
    [InlineData("fe80::1%eth0", "[fe80::1%eth0]:554")]
    public void Shown_EachKindOfHost_IsApartFromItsPort(string host, string expected) => Assert.Equal(expected, new ConnectTarget(host, 554).Shown);

    [Fact]
    public async Task TakeOver_CameraHasResetTheConnectionMeanwhile_IsAFailureThatSaysSo()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using Socket camera = Listening(new IPEndPoint(IPAddress.Loopback, 0), backlog: 16);
        int port = ((IPEndPoint)camera.LocalEndPoint!).Port;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        using (Socket near = await camera.AcceptAsync())
        {
            near.LingerState = new LingerOption(true, 0);
        }

        Assert.True(socket.Poll(s_limit, SelectMode.SelectRead)); // the reset is there

        ByteStreamException e = Assert.Throws<ByteStreamException>(() => TcpByteStream.TakeOver(shards.Shards[0], socket, "camera.test", port));
        Assert.Equal($"camera.test:{port} closed the connection at once", e.Message);
    }

    /// <summary>In the framework's epoll as well, each packet of the camera would wake a second thread for nothing.</summary>
    [Fact]
    public async Task ConnectAsync_CameraOverTcp_IsInTheEpollOfItsShardOnly()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        using Socket camera = Listening(new IPEndPoint(IPAddress.Loopback, 0), backlog: 16);
        ConnectTarget target = new("127.0.0.1", ((IPEndPoint)camera.LocalEndPoint!).Port);
        CountingSink sink = new();
        TcpByteStream stream = await shard.RunAsync(() => TcpByteStream.ConnectAsync(shard, target, s_limit));
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.CompletedTask;
        });
        using Socket near = await camera.AcceptAsync();
        near.Send(new byte[1000]);
        Assert.True(SpinWait.SpinUntil(() => sink.Bytes == 1000, s_limit));

        Assert.Equal(1, EpollInstances.Watching(stream.Local));
        await shard.RunAsync(() =>
        {
            stream.Close();
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task ConnectAsync_TimeIsOver_TheSocketIsClosed()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using Socket dead = Listening(new IPEndPoint(IPAddress.Parse("127.0.0.3"), 0), backlog: 0);
        int port = ((IPEndPoint)dead.LocalEndPoint!).Port;
        using Socket first = Connecting(dead.LocalEndPoint!); // the only place in the backlog of one that answers nobody
        using Socket second = Connecting(dead.LocalEndPoint!);
        int before = ConnectingTo(port);

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(
            shards.Shards[0], new ConnectTarget("127.0.0.3", port), TimeSpan.FromMilliseconds(300)));

        Assert.Equal(ConnectFailure.TimedOut, e.Kind);
        Assert.Equal(before, ConnectingTo(port));
    }

    private static Socket Connecting(EndPoint to) => new(new SafeSocketHandle(RawSocket.OpenTcp((IPEndPoint)to, null), ownsHandle: true));

    /// <summary>Sockets of this machine that wait for an answer from there.</summary>
    private static int ConnectingTo(int port) => File.ReadLines("/proc/self/net/tcp").Count(line => line.Contains($" 0300007F:{port:X4} 02 ", StringComparison.Ordinal));

    /// <summary>Counts what comes.</summary>
    private sealed class CountingSink : IByteSink
    {
        private int _bytes;

        public int Bytes => Volatile.Read(ref _bytes);

        public void OnBytes(ReadOnlySpan<byte> bytes) => Interlocked.Add(ref _bytes, bytes.Length);

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error)
        {
        }
    }

    private static Socket Listening(EndPoint at, int backlog)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen(backlog);
        return socket;
    }
}
