using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Before its end a server takes no more viewers, and lets those that it has watch on.</summary>
public sealed class FrontendDrainTests
{
    [Fact]
    public async Task Draining_Newcomer_IsTold503AtDescribeAndSetup()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        host.Frontend.IsDraining = true;
        RtspTestResponse options = await client.RequestAsync("OPTIONS", host.Url);
        RtspTestResponse describe = await client.RequestAsync("DESCRIBE", host.Url);
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal(200, options.Status);
        Assert.Equal(503, describe.Status);
        Assert.Equal(503, setup.Status);
        Assert.Equal(0, host.Frontend.Limits.Clients);
    }

    /// <summary>What this box owns still, viewers of the others have by no other way.</summary>
    [Theory]
    [InlineData("box", 200)]
    [InlineData("late", 409)]
    [InlineData("stranger", 403)]
    public async Task Draining_AnotherBoxOfTheCluster_IsLetIn(string hop, int status)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { Hops = new FakeHopGate() });
        using RtspTestClient box = await host.ConnectAsync();

        host.Frontend.IsDraining = true;
        RtspTestResponse describe = await box.RequestAsync("DESCRIBE", host.Url, "X-Frp-Hop: " + hop);
        RtspTestResponse setup = await box.RequestAsync(
            "SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "X-Frp-Hop: " + hop);

        Assert.Equal((status, status), (describe.Status, setup.Status));
        Assert.Equal(status == 200 ? 1 : 0, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task Draining_WhoeverHasASession_GoesOnWithIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);

        host.Frontend.IsDraining = true;
        RtspTestResponse second = await client.RequestAsync(
            "SETUP", host.Url + "/track2", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3", "Session: " + session);
        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);

        Assert.Equal(200, second.Status);
        Assert.Equal(200, play.Status);
        Assert.Equal(0, (await client.ReadFrameAsync()).Channel);
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }
}
