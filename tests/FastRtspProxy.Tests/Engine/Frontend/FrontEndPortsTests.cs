using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Which port, and what is said about it.</summary>
public sealed class FrontEndPortsTests
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

        await using FrontEndHost host = await FrontEndHost.StartAsync(o => o with { RtspPorts = [port, 0], BindAddress = null });

        Assert.NotEqual(port, host.Port);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
    }

    [Fact]
    public async Task Start_OnlyIPv4Taken_SaysThatItListensOnIPv6Only()
    {
        using Socket taken = Occupy(out int port);

        await using FrontEndHost host = await FrontEndHost.StartAsync(o => o with { RtspPorts = [port], BindAddress = null });

        Assert.Equal(port, host.Port);
        Assert.False(host.FrontEnd.ListensOnIPv4);
        Assert.True(host.FrontEnd.ListensOnIPv6);
    }

    [Fact]
    public async Task Start_AllPortsTaken_SaysWhichAndWhy()
    {
        using Socket taken = Occupy(out int port);

        ProxyStartException error = await Assert.ThrowsAsync<ProxyStartException>(
            () => FrontEndHost.StartAsync(o => o with { RtspPorts = [port], BindAddress = IPAddress.Any }));

        Assert.Contains($"(port number: {port}): Address already in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterARunWithConnections_BindsTheSamePortAgain()
    {
        int port;
        await using (FrontEndHost first = await FrontEndHost.StartAsync())
        {
            port = first.Port;
            using RtspTestClient client = await first.ConnectAsync();
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
            await first.StopFrontEndAsync();
        }

        await using FrontEndHost second = await FrontEndHost.StartAsync(o => o with { RtspPorts = [port] });

        Assert.Equal(port, second.Port);
        Assert.True(second.FrontEnd.ListensOnIPv4);
    }

    [Fact]
    public async Task Start_TunnelPorts_TheFirstFreeOneServesRtspToo()
    {
        using Socket taken = Occupy(out int port);

        await using FrontEndHost host = await FrontEndHost.StartAsync(o => o with { TunnelPorts = [port, 0] });

        Assert.NotEqual(0, host.FrontEnd.TunnelPort);
        Assert.NotEqual(port, host.FrontEnd.TunnelPort);
        using RtspTestClient client = await RtspTestClient.ConnectAsync(host.FrontEnd.TunnelPort);
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
    }
}
