using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>The check that ends sessions and connections each second.</summary>
public sealed class FrontEndCheckTests
{
    [Fact]
    public async Task Check_ErrorWhileASessionEnds_OthersExpireNevertheless()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        host.AddMount("faulty").LeaveThrows = true;
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver faulty = new();
        using UdpTestReceiver receiver = new();
        string url = $"rtsp://127.0.0.1:{host.Port}/faulty";
        RtspTestResponse faultySetup = await first.RequestAsync("SETUP", url + "/track1", faulty.Transport);
        Assert.Equal(200, (await first.RequestAsync("PLAY", url, "Session: " + faultySetup.Session)).Status);
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        RtspTestResponse setup = await second.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
        Assert.Equal(200, (await second.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        Assert.Equal(1, host.Mount.ClientCount);

        await host.AdvanceAsync(TimeSpan.FromSeconds(80)); // over the error at 65 s

        Assert.True(await Eventually.HoldsAsync(() => host.Mount.ClientCount == 0));
    }
}
