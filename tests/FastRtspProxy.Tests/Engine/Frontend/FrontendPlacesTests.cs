using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Who gets a place when there is none: sessions that were never played, and connections without one that was.</summary>
public sealed class FrontendPlacesTests
{
    private const string Tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1";
    private static readonly TimeSpan Grace = SessionPlaces.Grace + TimeSpan.FromSeconds(1);

    private static int s_port = 1000;

    private static string Udp()
    {
        int port = Interlocked.Add(ref s_port, 2);
        return $"Transport: RTP/AVP;unicast;client_port={port}-{port + 1}";
    }

    private static Task<RtspTestClient> ConnectAsync(FrontendHost host, int from) =>
        RtspTestClient.ConnectAsync(host.Port, from: new IPAddress([127, 0, 0, (byte)from]));

    private static string Url(FrontendHost host, string mount = "cam") => $"rtsp://127.0.0.1:{host.Port}/{mount}";

    private static async Task<string[]> SetUpAsync(RtspTestClient client, FrontendHost host, int count, string mount = "cam")
    {
        List<string> sessions = [];
        for (int i = 0; i < count; i++)
        {
            RtspTestResponse setup = await client.RequestAsync("SETUP", Url(host, mount) + "/track1", Udp());
            Assert.Equal(200, setup.Status);
            sessions.Add(setup.Session!);
        }

        return [.. sessions];
    }

    private static async Task<int> SetUpStatusAsync(RtspTestClient client, FrontendHost host, string mount = "cam") =>
        (await client.RequestAsync("SETUP", Url(host, mount) + "/track1", Udp())).Status;

    private static async Task<int> KeepAliveAsync(RtspTestClient client, FrontendHost host, string session) =>
        (await client.RequestAsync("GET_PARAMETER", Url(host), "Session: " + session)).Status;

    [Theory]
    [InlineData(20_000, 5_000)]
    [InlineData(8, 2)]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    public void ClientsPerAddress_NotGiven_IsAQuarterOfAll(int max, int perAddress)
    {
        Assert.Equal(perAddress, new ProxyOptions { MaxClients = max }.ClientsPerAddress);
        Assert.Equal(77, new ProxyOptions { MaxClients = max, MaxClientsPerAddress = 77 }.ClientsPerAddress);
    }

    [Fact]
    public async Task Setup_OneAddressTakesAllItCan_OthersHaveThreeQuarters()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 20 });
        using RtspTestClient greedy = await ConnectAsync(host, 66);
        using RtspTestClient good = await ConnectAsync(host, 99);

        await SetUpAsync(greedy, host, 5);

        Assert.Equal(453, await SetUpStatusAsync(greedy, host));
        await SetUpAsync(good, host, 5);
    }

    [Fact]
    public async Task Setup_AddressIsFull_ItsOldestUnplayedSessionMakesRoomAfterFiveSeconds()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClientsPerAddress = 3 });
        using RtspTestClient client = await ConnectAsync(host, 66);
        using RtspTestClient other = await ConnectAsync(host, 67);
        string[] others = await SetUpAsync(other, host, 1);
        string[] sessions = await SetUpAsync(client, host, 3);
        Assert.Equal(200, (await client.RequestAsync("PLAY", Url(host), "Session: " + sessions[0])).Status);
        Assert.Equal(453, await SetUpStatusAsync(client, host));

        await host.AdvanceAsync(Grace);
        Assert.Equal(200, await SetUpStatusAsync(client, host));
        await host.SettleAsync();

        Assert.Equal(200, await KeepAliveAsync(client, host, sessions[0])); // plays
        Assert.Equal(454, await KeepAliveAsync(client, host, sessions[1]));
        Assert.Equal(200, await KeepAliveAsync(client, host, sessions[2]));
        Assert.Equal(200, await KeepAliveAsync(other, host, others[0]));
        Assert.Equal(4, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task Setup_AllIsFull_TheOldestOfTheAddressWithMostMakesRoom()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 4, MaxClientsPerAddress = 4 });
        using RtspTestClient first = await ConnectAsync(host, 65);
        using RtspTestClient crowd = await ConnectAsync(host, 66);
        using RtspTestClient good = await ConnectAsync(host, 99);
        string[] single = await SetUpAsync(first, host, 1);
        string[] sessions = await SetUpAsync(crowd, host, 3);
        Assert.Equal(453, await SetUpStatusAsync(good, host));

        await host.AdvanceAsync(Grace);
        await SetUpAsync(good, host, 1);
        await host.SettleAsync();

        Assert.Equal(454, await KeepAliveAsync(crowd, host, sessions[0]));
        Assert.Equal(200, await KeepAliveAsync(crowd, host, sessions[1]));
        Assert.Equal(200, await KeepAliveAsync(first, host, single[0]));
        Assert.Equal(4, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task Setup_MountIsFull_OneOfThatMountMakesRoom()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClientsPerMount = 2 });
        host.AddMount("far", shard: 1);
        using RtspTestClient crowd = await ConnectAsync(host, 66);
        using RtspTestClient good = await ConnectAsync(host, 99);
        string[] elsewhere = await SetUpAsync(crowd, host, 2, "far");
        string[] sessions = await SetUpAsync(crowd, host, 2);

        await host.AdvanceAsync(Grace);
        await SetUpAsync(good, host, 1);
        await host.SettleAsync();

        Assert.Equal(454, await KeepAliveAsync(crowd, host, sessions[0]));
        foreach (string session in (string[])[sessions[1], .. elsewhere])
        {
            Assert.Equal(200, (await crowd.RequestAsync("GET_PARAMETER", "*", "Session: " + session)).Status);
        }
    }

    [Fact]
    public async Task Setup_AddressAndMountAreFull_OneMakesRoomForBoth()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClientsPerMount = 2, MaxClientsPerAddress = 3 });
        host.AddMount("far", shard: 1);
        using RtspTestClient client = await ConnectAsync(host, 66);
        string[] elsewhere = await SetUpAsync(client, host, 1, "far");
        string[] sessions = await SetUpAsync(client, host, 2);

        await host.AdvanceAsync(Grace);
        await SetUpAsync(client, host, 1);
        await host.SettleAsync();

        Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", "*", "Session: " + elsewhere[0])).Status);
        Assert.Equal(454, await KeepAliveAsync(client, host, sessions[0]));
        Assert.Equal(200, await KeepAliveAsync(client, host, sessions[1]));
    }

    [Fact]
    public async Task Setup_ConnectionIsFull_ItsOldestUnplayedSessionMakesRoom()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await ConnectAsync(host, 66);
        string[] sessions = await SetUpAsync(client, host, FrontendLimits.SessionsPerConnectionMax);
        Assert.Equal(200, (await client.RequestAsync("PLAY", Url(host), "Session: " + sessions[0])).Status);
        Assert.Equal(453, await SetUpStatusAsync(client, host));

        await host.AdvanceAsync(Grace);
        await SetUpAsync(client, host, 1);

        Assert.Equal(200, await KeepAliveAsync(client, host, sessions[0]));
        Assert.Equal(454, await KeepAliveAsync(client, host, sessions[1]));
        Assert.Equal(FrontendLimits.SessionsPerConnectionMax, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task Setup_EverybodyPlays_Is453HoweverLong()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 2, MaxClientsPerAddress = 2 });
        using RtspTestClient client = await ConnectAsync(host, 66);
        using RtspTestClient other = await ConnectAsync(host, 99);
        string[] sessions = await SetUpAsync(client, host, 2);
        foreach (string session in sessions)
        {
            Assert.Equal(200, (await client.RequestAsync("PLAY", Url(host), "Session: " + session)).Status);
        }

        Assert.Equal(200, (await client.RequestAsync("PAUSE", Url(host), "Session: " + sessions[0])).Status);
        await host.AdvanceAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(453, await SetUpStatusAsync(other, host));
    }

    [Fact]
    public async Task Play_OfASessionThatHadToMakeRoom_Is454()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1 });
        using RtspTestClient first = await ConnectAsync(host, 66);
        using RtspTestClient second = await ConnectAsync(host, 99);
        string[] sessions = await SetUpAsync(first, host, 1);
        await host.AdvanceAsync(Grace);
        await SetUpAsync(second, host, 1);

        Assert.Equal(454, (await first.RequestAsync("PLAY", Url(host), "Session: " + sessions[0])).Status);
        Assert.Equal(0, host.Mount.ClientCount);
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task Play_WhileTheCameraIsAwaited_IsNobodysRoom()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1 });
        using RtspTestClient first = await ConnectAsync(host, 66);
        using RtspTestClient second = await ConnectAsync(host, 99);
        string[] sessions = await SetUpAsync(first, host, 1);
        TaskCompletionSource gate = new();
        host.Mount.JoinGate = gate.Task;
        await first.SendAsync(first.Request("PLAY", Url(host), "Session: " + sessions[0]));
        await Until.TrueAsync(() => host.Frontend.Counters.Requests == 2);
        await host.AdvanceAsync(Grace);

        Assert.Equal(453, await SetUpStatusAsync(second, host));

        // The camera does not come: the session waits again, and has had its grace. Who asks again and again must not keep its place by that.
        host.Mount.Outcome = PlayOutcome.BackendUnavailable;
        gate.SetResult();
        Assert.Equal(503, (await first.ReadResponseAsync()).Status);
        await SetUpAsync(second, host, 1);
    }

    [Fact]
    public async Task NeverPlayed_ConnectionStaysOpen_LivesWithIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await ConnectAsync(host, 66);
        string[] sessions = await SetUpAsync(client, host, 1);

        await host.AdvanceAsync(TimeSpan.FromSeconds(100));
        Assert.Equal(200, (await client.RequestAsync("PLAY", Url(host), "Session: " + sessions[0])).Status);
    }

    [Fact]
    public async Task NeverPlayed_ConnectionSaysNothing_IsClosedLikeOneWithoutASession()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await ConnectAsync(host, 66);
        await SetUpAsync(client, host, 1);

        await host.AdvanceAsync(FrontendLimits.IdleConnection + TimeSpan.FromSeconds(2));

        Assert.True(await client.IsClosedAsync());
        await host.AdvanceAsync(FrontendLimits.NeverPlayed + TimeSpan.FromSeconds(2));
        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0);
    }

    [Fact]
    public async Task NeverPlayed_ConnectionIsClosed_LivesFifteenSecondsLonger()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient client = await ConnectAsync(host, 66);
        await SetUpAsync(client, host, 3);
        await host.AdvanceAsync(TimeSpan.FromSeconds(20));
        client.Dispose();
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);

        await host.AdvanceAsync(TimeSpan.FromSeconds(14));
        Assert.Equal(3, host.Frontend.Limits.Clients);
        await host.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0);
    }

    [Fact]
    public async Task Player_OpensAConnectionForEachRequest_IsServed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using UdpTestReceiver receiver = new();
        using UdpTestReceiver sound = new();
        string? session = null;
        foreach ((string method, string url, string transport) in ((string, string, string)[])
            [("DESCRIBE", Url(host), ""), ("SETUP", Url(host) + "/track1", receiver.Transport), ("SETUP", Url(host) + "/track2", sound.Transport), ("PLAY", Url(host), "")])
        {
            using (RtspTestClient client = await host.ConnectAsync())
            {
                string[] headers = [.. (string[])[transport, session is null ? "" : "Session: " + session]];
                RtspTestResponse response = await client.RequestAsync(method, url, [.. headers.Where(static header => header.Length > 0)]);
                Assert.Equal(200, response.Status);
                session ??= response.Session;
            }

            await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
            await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        await host.Mount.EmitAsync(0);
        await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Connect_AllPlacesAreSilentConnections_OneOfThemMakesRoom()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1 });
        int max = FrontendLimits.ConnectionsFor(1);
        List<RtspTestClient> silent = [];
        for (int i = 0; i < max; i++)
        {
            silent.Add(await ConnectAsync(host, 66));
        }

        await Until.TrueAsync(() => host.Frontend.Limits.Connections == max);
        using RtspTestClient good = await ConnectAsync(host, 99);

        Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        Assert.True(await silent[0].IsClosedAsync());
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == max);
        silent.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Connect_SomePlay_TheyAreNeverClosedForOthers()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1, MaxClientsPerAddress = 1 });
        int max = FrontendLimits.ConnectionsFor(1);
        using RtspTestClient viewer = await ConnectAsync(host, 66);
        string session = (await viewer.RequestAsync("SETUP", Url(host) + "/track1", Tcp)).Session!;
        Assert.Equal(200, (await viewer.RequestAsync("PLAY", Url(host), "Session: " + session)).Status);

        List<RtspTestClient> strangers = [];
        for (int i = 0; i < 3 * max; i++)
        {
            strangers.Add(await ConnectAsync(host, 66 + (i % 3)));
            if (i % 20 == 0)
            {
                await host.AdvanceAsync(Grace);
            }
        }

        Assert.Equal(200, (await viewer.RequestAsync("GET_PARAMETER", Url(host), "Session: " + session)).Status);
        Assert.InRange(host.Frontend.Limits.Connections, 1, max + ConnectionPlaces.LeavingMax);
        strangers.ForEach(static client => client.Dispose());
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 1);
    }

    [Fact]
    public async Task Tunnel_MorePostsThanAPlayerOpens_AreRefused()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await host.ConnectAsync();
        await get.SendAsync("GET /cam HTTP/1.0\r\nx-sessioncookie: many\r\n\r\n");
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
        List<RtspTestClient> posts = [];
        for (int i = 0; i < FrontendLimits.PostsPerTunnelMax + 3; i++)
        {
            RtspTestClient post = await host.ConnectAsync();
            await post.SendAsync("POST /cam HTTP/1.0\r\nx-sessioncookie: many\r\nContent-Length: 32767\r\n\r\n");
            posts.Add(post);
        }

        await Until.TrueAsync(() => posts.Count(static post => post.Socket.Poll(0, SelectMode.SelectRead) && post.Socket.Available == 0) == 3);
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 1 + FrontendLimits.PostsPerTunnelMax);
        get.Dispose();
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        posts.ForEach(static post => post.Dispose());
    }
}
