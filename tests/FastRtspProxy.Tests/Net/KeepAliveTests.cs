using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class KeepAliveTests
{
    private static readonly TimeSpan s_media = TimeSpan.FromSeconds(310);

    [Fact]
    public async Task TryListen_WithProbes_ConnectionsInheritThem()
    {
        using TcpListenerSocket listener = Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket near = await AcceptAsync(listener, client);
        int fd = SocketSetup.Fd(near);

        Assert.Equal(1, SocketSetup.Get(fd, LinuxConstants.SolSocket, LinuxConstants.SoKeepAlive));
        Assert.Equal(20, SocketSetup.Get(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepIdle));
        Assert.Equal(10, SocketSetup.Get(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepInterval));
        Assert.Equal(3, SocketSetup.Get(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepCount));
        Assert.Equal(45_000, UserTimeoutMillis(fd));
    }

    [Fact]
    public async Task ChangeUnsentMark_MediaComesAndGoes_TheUserTimeoutIsMediasWhileThereIsSome()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using TcpListenerSocket listener = Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Socket near = await AcceptAsync(listener, client);
        int fd = SocketSetup.Fd(near);
        ControlStream stream = new(shards.Shards[0], near) { UserTimeouts = (FrontendLimits.KeepAlive.UserTimeout, s_media) };
        List<int> seen = [];

        await shards.Shards[0].RunAsync(() =>
        {
            // Two viewers come, one is measured anew, one goes, the other goes.
            foreach (int byBytes in (int[])[100_000, 50_000, 20_000, -120_000, -50_000])
            {
                stream.ChangeUnsentMark(byBytes);
                seen.Add(UserTimeoutMillis(fd));
            }

            stream.Close();
            stream.ChangeUnsentMark(0);
            return Task.CompletedTask;
        });

        Assert.Equal([310_000, 310_000, 310_000, 310_000, 45_000], seen);
    }

    /// <summary>The watch of an etcd, which says nothing for days.</summary>
    [Fact]
    public async Task ConnectAsync_ToAServerThatWeAsk_IsNotForgottenByAFirewallAndEndsWithItsPeer()
    {
        using TcpListenerSocket listener = Listen();

        await using Stream stream = await OutboundHttp.ConnectAsync("127.0.0.1", listener.Port, CancellationToken.None);

        int fd = SocketSetup.Fd(Assert.IsType<NetworkStream>(stream).Socket);
        Assert.Equal(1, SocketSetup.Get(fd, LinuxConstants.SolSocket, LinuxConstants.SoKeepAlive));
        Assert.InRange(SocketSetup.Get(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepIdle), 1, 60);
        Assert.InRange(UserTimeoutMillis(fd), 1, 60_000);
    }

    /// <summary>tcp(7): with a user time-out the kernel ends the connection at the first probe that finds the peer silent for so long, however many were sent.</summary>
    [Theory]
    [InlineData(20, 10, 3)]
    [InlineData(20, 10, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(60, 5, 9)]
    public void UserTimeout_AnyProbes_LiesBetweenTheLastAndTheEnd(int idle, int interval, int probes)
    {
        KeepAlive keepAlive = new(idle, interval, probes);

        Assert.InRange(keepAlive.UserTimeout, TimeSpan.FromSeconds(idle + ((probes - 1) * interval)) + TimeSpan.FromMilliseconds(1), keepAlive.End - TimeSpan.FromMilliseconds(1));
    }

    private static int UserTimeoutMillis(int fd) => SocketSetup.Get(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpUserTimeout);

    private static TcpListenerSocket Listen() =>
        TcpListenerSocket.TryListen(IPAddress.Loopback, 0, NullLogger.Instance, [], out _, UnsentMark.UnknownBytes, FrontendLimits.KeepAlive)!;

    private static async Task<Socket> AcceptAsync(TcpListenerSocket listener, Socket client)
    {
        TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Start(accepted.SetResult);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.Port));
        return await accepted.Task.WaitAsync(RtspTestClient.Limit);
    }
}
