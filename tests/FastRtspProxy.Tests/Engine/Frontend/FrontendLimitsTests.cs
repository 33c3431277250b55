using System.Text;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Requests and connections over a limit, and bytes that are no requests.</summary>
public sealed class FrontendLimitsTests
{
    [Fact]
    [Rule("S45")]
    public async Task Request_HeadOf10KB_Answers400AndCloses()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: {new string('x', 10_000)}\r\n\r\n");

        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    [Rule("S45")]
    public async Task Request_EndlessLine_Answers400AndCloses()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(new string('A', 60_000));

        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    [Rule("S45")]
    public async Task Request_TenThousandHeaderLines_Answers400AndCloses()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + string.Concat(Enumerable.Repeat("A:\r\n", 10_000)));

        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [Rule("S45")]
    [InlineData("1048576")]
    [InlineData("1099511627776")]
    public async Task Request_BodyOf1MBOrMore_Answers413AndCloses(string length)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {length}\r\n\r\n" + new string('b', 100_000));

        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [InlineData("hello world, this is no RTSP\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n")]
    [InlineData("OPTIONS\r\n\r\n")]
    public async Task Rubbish_AnyBytes_Answers400AndClosesAndOthersPlayOn(string rubbish)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient bad = await host.ConnectAsync();
        using RtspTestClient good = await host.ConnectAsync();

        await bad.SendAsync(rubbish);

        Assert.Equal(400, (await bad.ReadResponseAsync()).Status);
        Assert.True(await bad.IsClosedAsync());
        Assert.Equal(1, host.Frontend.Counters.RequestsMalformed);
        Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
    }

    [Fact]
    public async Task StrayFrames_OnChannelsOfNobody_AreCountedAndTheConnectionSurvives()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendFrameAsync(200, new byte[60_000]);
        await client.SendFrameAsync(0, []);

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        Assert.Equal(2, host.Frontend.Counters.StrayFrames);
    }

    [Fact]
    public async Task HalfRequest_TenSeconds_Answers408AndCloses()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync("OPTIONS * RTSP/1.0\r\nCS");

        // When the shard sees the bytes is the kernel's business; the limit counts from there.
        for (int i = 0; i < 200 && client.Socket.Available == 0; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        Assert.Equal(408, (await client.ReadResponseAsync()).Status);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task IdleConnection_TwoMinutes_IsClosed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);

        await host.AdvanceAsync(FrontendLimits.IdleConnection - TimeSpan.FromSeconds(5));
        Assert.Equal(1, host.Frontend.Limits.Connections);
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Connections_OverTheLimitOfAnAddress_AreClosedAtOnce()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClientsPerAddress = 1 });
        List<RtspTestClient> clients = [];
        for (int i = 0; i < FrontendLimits.ConnectionsFor(1); i++)
        {
            clients.Add(await host.ConnectAsync());
        }

        await WaitForConnectionsAsync(host, clients.Count);
        using RtspTestClient refused = await host.ConnectAsync();

        Assert.True(await refused.IsClosedAsync());
        Assert.Equal(200, (await clients[0].RequestAsync("OPTIONS", "*")).Status);
        clients.ForEach(static c => c.Dispose());
        await WaitForConnectionsAsync(host, 0);
    }

    [Fact]
    public async Task Connections_ElevenHundred_AreAllServed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        List<RtspTestClient> clients = [];
        for (int i = 0; i < 1100; i++)
        {
            clients.Add(await host.ConnectAsync());
        }

        foreach (RtspTestClient client in clients)
        {
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        }

        clients.ForEach(static c => c.Dispose());
        await WaitForConnectionsAsync(host, 0);
    }

    [Fact]
    public async Task DamagedDialogues_FiveHundredSeeds_ServeTheOthersAndLeaveNothingBehind()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient good = await host.ConnectAsync();
        string dialogue = good.Request("OPTIONS", "*") + good.Request("DESCRIBE", host.Url)
            + good.Request("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
            + "$\u0001\0\u0008\u0080\u00c9\0\u0001\0\0\0\u0001"
            + good.Request("SETUP", host.Url + "/track2", "Transport: RTP/AVP;unicast;client_port=5000-5001", "Session: 0123456789ABCDEF")
            + good.Request("PLAY", host.Url, "Session: 0123456789ABCDEF", "Range: npt=0-", "Scale: 1") + good.Request("TEARDOWN", host.Url);
        byte[] valid = Encoding.Latin1.GetBytes(dialogue);
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. valid];
            for (int i = random.Next(1, 20); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (byte)"\r\n$ :;=,/"[random.Next(9)] : (byte)random.Next(256);
            }

            using RtspTestClient bad = await host.ConnectAsync();
            await bad.SendAsync(damaged.AsMemory(0, random.Next(1, damaged.Length)));
            if (seed % 50 == 0)
            {
                Assert.Equal(200, (await good.RequestAsync("DESCRIBE", host.Url)).Status);
            }
        }

        await WaitForConnectionsAsync(host, 1);
        Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        for (int i = 0; i < 7; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(10));
            Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        }

        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0);
    }

    [Fact]
    public async Task Stop_OpenConnections_AreClosed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);

        await host.StopFrontendAsync();

        Assert.True(await client.IsClosedAsync());
    }

    private static async Task WaitForConnectionsAsync(FrontendHost host, int count) =>
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == count);
}
