using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Whose a client's UDP address is, and what its host says about it.</summary>
public sealed class FrontendUdpTests
{
    private static readonly TimeSpan NearlyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);

    private static Task<RtspTestResponse> SetUpAsync(RtspTestClient client, string mountUrl, UdpTestReceiver receiver, string track = "track1", string? session = null) =>
        session is null
            ? client.RequestAsync("SETUP", $"{mountUrl}/{track}", receiver.Transport)
            : client.RequestAsync("SETUP", $"{mountUrl}/{track}", receiver.Transport, "Session: " + session);

    private static async Task<(string Session, int ServerPort)> PlayAsync(FrontendHost host, RtspTestClient client, UdpTestReceiver receiver, UdpTestReceiver? second = null)
    {
        RtspTestResponse setup = await SetUpAsync(client, host.Url, receiver);
        Assert.Equal(200, setup.Status);
        if (second is not null)
        {
            Assert.Equal(200, (await SetUpAsync(client, host.Url, second, "track2", setup.Session)).Status);
        }

        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        return (setup.Session!, PlayDialogue.ServerPort(setup));
    }

    private static async Task ReportAsync(FrontendHost host, UdpTestReceiver receiver, int serverPort)
    {
        long before = host.Frontend.Counters.RtcpReceived;
        await receiver.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived > before);
    }

    private static Task LivesAsync(FrontendHost host, int sessions) => Until.TrueAsync(() => host.Frontend.Limits.Clients == sessions);

    [Theory]
    [InlineData("cam")]
    [InlineData("far")]
    public async Task Setup_AddressOfALiveSession_Is461AndTheLiveOneKeepsItsAddress(string mount)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("far", shard: 1);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayAsync(host, first, receiver);

        RtspTestResponse refused = await SetUpAsync(second, $"rtsp://127.0.0.1:{host.Port}/{mount}", receiver);

        Assert.Equal(461, refused.Status);
        Assert.Null(refused.Session);
        Assert.Equal(1, host.Frontend.Limits.Clients);
        for (int i = 0; i < 3; i++)
        {
            await host.AdvanceAsync(NearlyTimeout);
            await ReportAsync(host, receiver, serverPort);
        }

        await host.Mount.EmitAsync(0);
        await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Setup_OnlyTheRtcpPortIsHeld_Is461()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await PlayAsync(host, first, receiver);

        string url = host.Url + "/track1";
        Assert.Equal(461, (await second.RequestAsync("SETUP", url, $"Transport: RTP/AVP;unicast;client_port=1-{receiver.RtcpPort}")).Status);
        Assert.Equal(461, (await second.RequestAsync("SETUP", url, $"Transport: RTP/AVP;unicast;client_port={receiver.RtcpPort}-1")).Status);
        Assert.Equal(461, (await second.RequestAsync("SETUP", url, $"Transport: RTP/AVP;unicast;client_port=1-{receiver.RtpPort}")).Status);

        // What a refused SETUP asked for besides is nobody's.
        Assert.Equal(200, (await second.RequestAsync("SETUP", url, "Transport: RTP/AVP;unicast;client_port=1-2")).Status);
    }

    [Fact]
    public async Task Setup_AddressIsHeldButTcpIsOfferedToo_GoesByTcp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await PlayAsync(host, first, receiver);

        RtspTestResponse setup = await second.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport + ",RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal(200, setup.Status);
        Assert.Contains("interleaved=0-1", setup.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_FurtherTrackAtAnotherSessionsAddress_Is461AndItsOwnSessionIsAsItWas()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        using UdpTestReceiver own = new();
        await PlayAsync(host, first, receiver);
        string session = (await SetUpAsync(second, host.Url, own)).Session!;

        Assert.Equal(461, (await SetUpAsync(second, host.Url, receiver, "track2", session)).Status);
        Assert.Equal(461, (await SetUpAsync(second, host.Url, receiver, "track1", session)).Status);

        Assert.Equal(200, (await second.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        await host.Mount.EmitAsync(0);
        await own.ReadRtpAsync();
        await receiver.ReadRtpAsync();
    }

    [Theory]
    [InlineData("cam")]
    [InlineData("far")]
    public async Task Setup_HoldersConnectionIsClosed_TheOldOneEndsWithoutAWord(string mount)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        FakeMount other = mount == "far" ? host.AddMount("far", shard: 1) : host.Mount;
        string url = $"rtsp://127.0.0.1:{host.Port}/{mount}";
        RtspTestClient first = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await PlayAsync(host, first, receiver);
        first.Dispose();
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);

        using RtspTestClient second = await host.ConnectAsync();
        RtspTestResponse setup = await SetUpAsync(second, url, receiver);

        Assert.Equal(200, setup.Status);
        await LivesAsync(host, 1);
        Assert.Equal(200, (await second.RequestAsync("PLAY", url, "Session: " + setup.Session)).Status);
        Assert.Equal(1, other.ClientCount);
        await other.EmitReportAsync(0);
        Assert.False(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), other.Tracks[0].Ssrc)); // the report is the first RTCP that comes
    }

    [Fact]
    public async Task Setup_HolderIsSilentForFifteenSeconds_GivesWay()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string old, _) = await PlayAsync(host, first, receiver);

        await host.AdvanceAsync(TimeSpan.FromSeconds(14));
        Assert.Equal(461, (await SetUpAsync(second, host.Url, receiver)).Status);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await SetUpAsync(second, host.Url, receiver)).Status);

        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(454, (await first.RequestAsync("GET_PARAMETER", host.Url, "Session: " + old)).Status);
    }

    [Theory]
    [InlineData("rtcp")]
    [InlineData("request")]
    [InlineData("punch")]
    public async Task Setup_HolderWasHeardLately_Is461(string sign)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, int serverPort) = await PlayAsync(host, first, receiver);
        await host.AdvanceAsync(Tick);

        switch (sign)
        {
            case "rtcp":
                await ReportAsync(host, receiver, serverPort);
                break;
            case "request":
                Assert.Equal(200, (await first.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
                break;
            default:
                // RTCP behind it: the shard has read both when the second is counted, and that one keeps nothing alive.
                await receiver.SendPunchAsync(serverPort);
                await receiver.SendRtcpAsync([1, 2, 3], serverPort + 1);
                await Until.TrueAsync(() => host.Frontend.Counters.RtcpMalformed == 1);
                await host.SettleAsync();
                break;
        }

        await host.AdvanceAsync(Tick);
        Assert.Equal(461, (await SetUpAsync(second, host.Url, receiver)).Status);
    }

    /// <summary>As over TCP: it would be walked packet by packet.</summary>
    [Fact]
    public async Task Rtcp_DatagramLargerThanReportsAre_IsDroppedUnread()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayAsync(host, client, receiver);

        // One APP packet of 2051 words.
        await receiver.SendRtcpAsync([0x80, 204, 8, 2, 0, 0, 0, 1, .. "NAME"u8, .. new byte[8192]], serverPort + 1);

        await Until.TrueAsync(() => host.Frontend.Counters.RtcpMalformed == 1);
    }

    [Fact]
    public async Task Setup_AddressThatRtcpCameFrom_IsHeldTooAndTheAnnouncedOneIsFree()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await PlayAsync(host, first, announced);
        await ReportAsync(host, translated, serverPort);

        string url = host.Url + "/track1";
        Assert.Equal(461, (await second.RequestAsync("SETUP", url, $"Transport: RTP/AVP;unicast;client_port=1-{translated.RtcpPort}")).Status);
        Assert.Equal(200, (await second.RequestAsync("SETUP", url, $"Transport: RTP/AVP;unicast;client_port=1-{announced.RtcpPort}")).Status);
    }

    [Fact]
    public async Task Setup_OneAddressForBothTracks_IsTheSessionsOwnBusiness()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        string session = (await SetUpAsync(client, host.Url, receiver)).Session!;
        RtspTestResponse second = await SetUpAsync(client, host.Url, receiver, "track2", session);
        Assert.Equal(200, second.Status);

        // Again, and one track less: the other keeps the address.
        Assert.Equal(200, (await SetUpAsync(client, host.Url, receiver, "track2", session)).Status);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url + "/track2", "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        await host.Mount.EmitAsync(0);
        await receiver.ReadRtpAsync();
        for (int i = 0; i < 3; i++)
        {
            await host.AdvanceAsync(NearlyTimeout);
            await ReportAsync(host, receiver, PlayDialogue.ServerPort(second));
        }

        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        Assert.Equal(0, host.Frontend.UdpAddresses.Count);
        Assert.Equal(200, (await SetUpAsync(client, host.Url, receiver)).Status);
    }

    [Fact]
    public async Task Setup_TwoThousandAtOnceForOneAddress_OneGetsIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("far", shard: 1);
        List<RtspTestClient> clients = [];
        using UdpTestReceiver receiver = new();
        for (int i = 0; i < 20; i++)
        {
            clients.Add(await host.ConnectAsync());
        }

        int granted = 0;
        await Parallel.ForEachAsync(clients.Index(), async (client, _) =>
        {
            string url = $"rtsp://127.0.0.1:{host.Port}/{(client.Index % 2 == 0 ? "cam" : "far")}";
            for (int i = 0; i < 100; i++)
            {
                RtspTestResponse response = await SetUpAsync(client.Item, url, receiver);
                Assert.True(response.Status is 200 or 461);
                Interlocked.Add(ref granted, response.Status == 200 ? 1 : 0);
            }
        });

        Assert.Equal(1, granted);
        await LivesAsync(host, 1);
        Assert.Equal(2, host.Frontend.UdpAddresses.Count);
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task RtpPortClosed_NothingHeard_EndsAfterFifteenSecondsAndOthersPlayOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient good = await host.ConnectAsync();
        using UdpTestReceiver alive = new();
        UdpTestReceiver dead = new();
        await PlayAsync(host, client, dead);
        await PlayAsync(host, good, alive);
        dead.Dispose();

        int seconds = await EmitUntilAsync(host, alive, 60, () => host.Frontend.Limits.Clients == 1);

        Assert.InRange(seconds, 15, 17);
        await host.Mount.EmitAsync(0);
        await alive.ReadRtpAsync();
        Assert.Equal(1, host.Mount.ClientCount);
    }

    [Fact]
    public async Task RtpPortClosed_KeepAlivesGoOn_NeverEnds()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient good = await host.ConnectAsync();
        using UdpTestReceiver alive = new();
        UdpTestReceiver dead = new();
        (string session, _) = await PlayAsync(host, client, dead);
        await PlayAsync(host, good, alive);
        dead.Dispose();

        for (int i = 0; i < 10; i++)
        {
            await EmitUntilAsync(host, alive, 14, () => false);
            Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
            Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        }

        Assert.Equal(2, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task RtpPortClosed_OfOneOfTwoTracks_PlaysOnUntilTheTimeout()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        UdpTestReceiver sound = new();
        await PlayAsync(host, client, video, sound);
        sound.Dispose();

        int seconds = await EmitUntilAsync(host, video, 80, () => host.Frontend.Limits.Clients == 0, tracks: 2);

        Assert.InRange(seconds, 64, 68);
        Assert.Equal(1, host.Frontend.Counters.SessionsExpired);
    }

    [Fact]
    public async Task RtcpPortClosed_AViewerThatOpensRtpOnly_PlaysOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayAsync(host, client, receiver);
        receiver.CloseRtcp();

        for (int i = 0; i < 4; i++)
        {
            for (int second = 0; second < 30; second++)
            {
                await host.Mount.EmitReportAsync(0);
                await host.AdvanceAsync(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
        }

        await host.Mount.EmitAsync(0);
        await receiver.ReadRtpAsync();
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RtcpPortClosed_ReportsPauseForThirtySecondsOrUntilRtcpComes(bool rtcpComes)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayAsync(host, client, receiver);
        int rtcpPort = receiver.RtcpPort;
        receiver.CloseRtcp();
        await host.Mount.EmitReportAsync(0);
        FrontendShard home = host.Frontend.ShardAt(0)!;
        ClientDirectory directory = home.Directory;
        await Until.TrueAsync(() => directory.ClosedRtcpPorts == 1);
        receiver.OpenRtcp(rtcpPort);

        await host.Mount.EmitReportAsync(0);
        await host.AdvanceAsync(TimeSpan.FromSeconds(29));
        await host.Mount.EmitReportAsync(0);
        await host.SettleAsync();
        Assert.True(receiver.HasNoRtcp);
        if (rtcpComes)
        {
            await ReportAsync(host, receiver, serverPort);
        }
        else
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        }

        await host.Mount.EmitReportAsync(0);
        await receiver.ReadRtcpAsync();
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task PortClosed_SaidOfPacketsThatAreNotOurs_IsIgnored()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await PlayAsync(host, client, receiver);
        FastRtspProxy.Net.PeerAddress rtp = FastRtspProxy.Net.PeerAddress.From(IPAddress.Loopback, receiver.RtpPort);
        FrontendShard home = host.Frontend.ShardAt(0)!;
        uint ours = host.Mount.Tracks[0].Ssrc;

        async Task SayAsync(uint? ssrc)
        {
            for (int i = 0; i < 10; i++)
            {
                await host.AdvanceAsync(TimeSpan.FromSeconds(2));
                await home.Shard.RunAsync(() =>
                {
                    home.Directory.OnRtpPortClosed(rtp, ssrc);
                    return Task.CompletedTask;
                });
            }
        }

        await SayAsync(ours + 77);
        Assert.Equal(1, host.Frontend.Limits.Clients);
        await SayAsync(ours);
        Assert.Equal(0, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task RtpPortClosed_WhilePaused_IsNoWordAboutUs()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayAsync(host, client, receiver);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
        FastRtspProxy.Net.PeerAddress rtp = FastRtspProxy.Net.PeerAddress.From(IPAddress.Loopback, receiver.RtpPort);
        FrontendShard home = host.Frontend.ShardAt(0)!;

        for (int i = 0; i < 50; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
            await home.Shard.RunAsync(() =>
            {
                home.Directory.OnRtpPortClosed(rtp, host.Mount.Tracks[0].Ssrc);
                return Task.CompletedTask;
            });
        }

        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    /// <summary>Ten pictures a second; gives the second at which the condition held, or the last.</summary>
    private static async Task<int> EmitUntilAsync(FrontendHost host, UdpTestReceiver receiver, int seconds, Func<bool> condition, int tracks = 1)
    {
        for (int i = 0; i < seconds * 10; i++)
        {
            if (condition())
            {
                return i / 10;
            }

            for (int track = 0; track < tracks; track++)
            {
                await host.Mount.EmitAsync(track);
            }

            if (host.Frontend.Limits.Clients > 0)
            {
                await receiver.ReadRtpAsync();
            }

            host.Time.Advance(TimeSpan.FromMilliseconds(100));
            await host.SettleAsync();
        }

        return seconds;
    }
}
