using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Which port, and what is said about it.</summary>
public sealed class FrontendPortsTests
{
    private static Socket Occupy(out int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        socket.Listen();
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }

    [Fact]
    public async Task Start_FirstPortTaken_UsesTheNextOfTheList()
    {
        using Socket taken = Occupy(out int port);

        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { RtspPorts = [port, 0], BindAddress = null });

        Assert.NotEqual(port, host.Port);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
    }

    /// <summary>Two ports and four shards: three of these have none, and whoever wants media over UDP is served by the fourth, wherever the mount and the connection are.</summary>
    [Fact]
    public async Task Setup_FewerUdpPairsThanShards_UdpClientsAreServedByThoseThatHaveOne()
    {
        int first;
        using (System.Net.Sockets.UdpClient probe = new(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            first = ((IPEndPoint)probe.Client.LocalEndPoint!).Port & ~1;
        }

        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { UdpPortFirst = first, UdpPortLast = first + 1 }, shards: 4);
        Assert.Equal(1, Enumerable.Range(0, 4).Count(shard => host.Frontend.ShardAt(shard)!.Media is not null));
        for (int shard = 0; shard < 4; shard++)
        {
            FakeMount mount = host.AddMount("cam" + shard, shard: shard);
            string url = $"rtsp://127.0.0.1:{host.Port}/cam{shard}";
            using RtspTestClient client = await host.ConnectAsync();
            using UdpTestReceiver receiver = new();
            Assert.Equal(200, (await client.RequestAsync("DESCRIBE", url)).Status);
            RtspTestResponse setup = await client.RequestAsync("SETUP", url + "/track1", receiver.Transport);
            Assert.Equal(200, setup.Status);

            // A player with a connection for each request: this one is near the mount before it names the session.
            using RtspTestClient second = await host.ConnectAsync();
            using UdpTestReceiver sound = new();
            Assert.Equal(200, (await second.RequestAsync("OPTIONS", url)).Status);
            Assert.Equal(200, (await second.RequestAsync("SETUP", url + "/track2", sound.Transport, "Session: " + setup.Session)).Status);
            Assert.Equal(200, (await client.RequestAsync("PLAY", url, "Session: " + setup.Session)).Status);
            await mount.EmitAsync(0);
            await receiver.ReadRtpAsync();
        }
    }

    [Fact]
    public async Task Start_OnlyIPv4Taken_SaysThatItListensOnIPv6Only()
    {
        using Socket taken = Occupy(out int port);

        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { RtspPorts = [port], BindAddress = null });

        Assert.Equal(port, host.Port);
        Assert.False(host.Frontend.Listeners.ListensOnIPv4);
        Assert.True(host.Frontend.Listeners.ListensOnIPv6);
    }

    [Fact]
    public async Task Start_AllPortsTaken_SaysWhichAndWhy()
    {
        using Socket taken = Occupy(out int port);

        ProxyStartException error = await Assert.ThrowsAsync<ProxyStartException>(
            () => FrontendHost.StartAsync(o => o with { RtspPorts = [port], BindAddress = IPAddress.Any }));

        Assert.Contains($"(port number: {port}): Address already in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterARunWithConnections_BindsTheSamePortAgain()
    {
        int port;
        await using (FrontendHost first = await FrontendHost.StartAsync())
        {
            port = first.Port;
            using RtspTestClient client = await first.ConnectAsync();
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
            await first.StopFrontendAsync();
        }

        await using FrontendHost second = await FrontendHost.StartAsync(o => o with { RtspPorts = [port] });

        Assert.Equal(port, second.Port);
        Assert.True(second.Frontend.Listeners.ListensOnIPv4);
    }

    [Fact]
    public async Task Start_TunnelPorts_TheFirstFreeOneServesRtspToo()
    {
        using Socket taken = Occupy(out int port);

        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { TunnelPorts = [port, 0] });

        Assert.NotEqual(0, host.Frontend.Listeners.TunnelPort);
        Assert.NotEqual(port, host.Frontend.Listeners.TunnelPort);
        using RtspTestClient client = await RtspTestClient.ConnectAsync(host.Frontend.Listeners.TunnelPort);
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
    }
}
