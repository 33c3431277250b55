using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What keeps a session alive, what ends it, and whose RTCP is whose.</summary>
public sealed class FrontendLivenessTests
{
    private static readonly TimeSpan NearlyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);

    private static async Task<(string Session, int ServerPort)> PlayUdpAsync(FrontendHost host, RtspTestClient client, string transport, string track = "track1")
    {
        RtspTestResponse setup = await client.RequestAsync("SETUP", $"{host.Url}/{track}", transport);
        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        return (setup.Session!, PlayDialogue.ServerPort(setup));
    }

    private static async Task<string> PlayTcpAsync(FrontendHost host, RtspTestClient client, int channel = 0)
    {
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", $"Transport: RTP/AVP/TCP;interleaved={channel}-{channel + 1}");
        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        return setup.Session!;
    }

    private static Task LivesAsync(FrontendHost host, int sessions) => Until.TrueAsync(() => host.Frontend.Limits.Clients == sessions);

    [Fact]
    [Rule("S32")]
    public async Task Session_SilentOverUdp_ExpiresAfter65SecondsWithABye()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayUdpAsync(host, client, receiver.Transport);

        await host.AdvanceAsync(TimeSpan.FromSeconds(63));
        Assert.Equal(1, host.Frontend.Limits.Clients);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4));

        await LivesAsync(host, 0);
        Assert.Equal(1, host.Frontend.Counters.SessionsExpired);
        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        await host.Mount.EmitAsync(0, 3);
        Assert.True(await receiver.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(454, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        Assert.Equal(0, host.Mount.ClientCount);
    }

    [Theory]
    [Rule("S32")]
    [InlineData("OPTIONS", false)]
    [InlineData("GET_PARAMETER", false)]
    [InlineData("SET_PARAMETER", true)]
    [InlineData("DESCRIBE", false)]
    [InlineData("FLY", false)]
    public async Task Session_AnyRequestOnItsConnection_KeepsItAlive(string method, bool withSession)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayUdpAsync(host, client, receiver.Transport);

        for (int i = 0; i < 3; i++)
        {
            await host.AdvanceAsync(NearlyTimeout);
            await client.RequestAsync(method, host.Url, withSession ? ["Session: " + session] : []);
        }

        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_RtcpOverUdp_KeepsItAliveAndIsNoted()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string id, int serverPort) = await PlayUdpAsync(host, client, receiver.Transport);

        for (int i = 1; i <= 3; i++)
        {
            await host.AdvanceAsync(NearlyTimeout);
            await receiver.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc, fractionLost: 25, lost: 40 + i), serverPort + 1);
            await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == i);
        }

        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.True(SessionId.TryParse(id, out int shard, out _));
        FrontendShard home = host.Frontend.ShardAt(shard)!;
        ClientReport report = await home.Shard.RunAsync(() => Task.FromResult(home.Find(id)!.Tracks[0].Report));
        Assert.Equal((3, 25, 43, 33u), (report.Count, report.FractionLost, report.Lost, report.JitterTicks));
    }

    /// <summary>RFC 4585, RFC 5104: what a viewer asks of the source that it sees is asked of the camera, once a second.</summary>
    [Theory]
    [InlineData("RTP/AVP", true)]
    [InlineData("RTP/AVPF", false)]
    public async Task Session_AsksForKeyFrames_TheWishIsPassedOnOnceASecond(string profile, bool byFullIntra)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayUdpAsync(host, client, receiver.Transport.Replace("RTP/AVP", profile, StringComparison.Ordinal));
        uint source = host.Mount.Tracks[0].Ssrc;
        int sent = 0;

        await AskAsync(source + 7); // of somebody else
        await AskAsync(source);
        await AskAsync(source);
        Assert.Equal(1, host.Mount.KeyFrameWishes);
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        await AskAsync(source);
        Assert.Equal(2, host.Mount.KeyFrameWishes);

        async Task AskAsync(uint of)
        {
            byte[] compound = new byte[64];
            int bytes = RtcpWriter.WriteReceiverReport(compound, 5);
            bytes += byFullIntra ? RtcpWriter.WriteFullIntra(compound.AsSpan(bytes), 5, of, (byte)sent) : RtcpWriter.WritePictureLoss(compound.AsSpan(bytes), 5, of);
            await receiver.SendRtcpAsync(compound[..bytes], serverPort + 1);
            sent++;
            await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == sent);
        }
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_RtcpNonsense_IsCountedAndKeepsNothingAlive()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayUdpAsync(host, client, receiver.Transport);

        await host.AdvanceAsync(NearlyTimeout);
        await receiver.SendRtcpAsync([1, 2, 3], serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpMalformed == 1);
        await host.AdvanceAsync(Tick);

        await LivesAsync(host, 0);
    }

    /// <summary>RFC 2068 section 4.1: a line end too many behind a request is part of nothing.</summary>
    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r\n\r\n\r\n")]
    public async Task LineEnds_BehindARequest_AreNeitherHalfARequestNorInTheWayOfReports(string lineEnds)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        await PlayTcpAsync(host, client);

        await client.SendAsync(client.Request("OPTIONS", "*") + lineEnds);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        await host.AdvanceAsync(FrontendLimits.HalfRequest + TimeSpan.FromSeconds(5));
        Assert.Equal(1, host.Frontend.Limits.Clients);
        await client.SendFrameAsync(1, [0x80, 201, 0, 1, 0, 0, 0, 7]);
        await client.SendAsync(lineEnds);
        await client.SendFrameAsync(1, [0x80, 201, 0, 1, 0, 0, 0, 7]);

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        Assert.Equal(2, host.Frontend.Counters.RtcpReceived);
        Assert.Equal(0, host.Frontend.Counters.RequestsMalformed);
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_PausedOverTcp_LivesAsLongAsItsConnection()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient client = await host.ConnectAsync();
        string session = await PlayTcpAsync(host, client);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);

        await host.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);

        client.Dispose();
        await LivesAsync(host, 0);
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_PlayingTcpClientThatSaysNothing_PlaysOnForThreeMinutes()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        await PlayTcpAsync(host, client);

        for (int i = 0; i < 18; i++)
        {
            await host.AdvanceAsync(Tick);
            await host.Mount.EmitAsync(0);
            Assert.Equal(0, (await client.ReadFrameAsync()).Channel);
        }

        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    /// <summary>A viewer that went for a coffee says nothing meanwhile.</summary>
    [Fact]
    [Rule("S32")]
    public async Task Session_PausedOverUdp_LivesAsLongAsItsConnectionAnd65SecondsLonger()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayUdpAsync(host, client, receiver.Transport);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);

        await host.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(1, host.Frontend.Limits.Clients);

        client.Dispose();
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        await host.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, host.Frontend.Limits.Clients);
        await host.AdvanceAsync(TimeSpan.FromSeconds(20));
        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0);
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_OneExpires_OthersOnTheConnectionSurvive()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await PlayUdpAsync(host, client, receiver.Transport);
        await PlayTcpAsync(host, client);

        for (int i = 0; i < 8; i++)
        {
            await host.AdvanceAsync(Tick);
            await host.Mount.EmitAsync(0);
            await client.ReadFrameAsync();
        }

        await LivesAsync(host, 1);
        await host.Mount.EmitAsync(0);
        Assert.Equal(0, (await client.ReadFrameAsync()).Channel);
    }

    [Fact]
    [Rule("S33")]
    public async Task Session_ConnectionClosed_InterleavedOnesEndAndUdpOnesLiveOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using UdpTestReceiver receiver = new();
        using (RtspTestClient client = await host.ConnectAsync())
        {
            await PlayUdpAsync(host, client, receiver.Transport);
            await PlayTcpAsync(host, client);
            Assert.Equal(2, host.Mount.ClientCount);
        }

        await LivesAsync(host, 1);
        await host.Mount.EmitAsync(0);
        await receiver.ReadRtpAsync();
        await host.AdvanceAsync(NearlyTimeout + Tick);
        await LivesAsync(host, 0);
        Assert.Equal(0, host.Mount.ClientCount);
    }

    [Fact]
    [Rule("S34")]
    public async Task Session_UdpFromAnyConnection_IsServed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (string session, _) = await PlayUdpAsync(host, first, receiver.Transport);

        // Connections that begin with the session go to its shard; those that begin with something else stay where they are. Both must work.
        foreach (bool asksFirst in (bool[])[false, true, true, true])
        {
            using RtspTestClient other = await host.ConnectAsync();
            if (asksFirst)
            {
                Assert.Equal(200, (await other.RequestAsync("OPTIONS", "*")).Status);
            }

            Assert.Equal(200, (await other.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
            Assert.Equal(200, (await other.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
            await host.Mount.EmitAsync(0);
            await receiver.ReadRtpAsync();
        }

        using RtspTestClient last = await host.ConnectAsync();
        Assert.Equal(200, (await last.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        await LivesAsync(host, 0);
    }

    [Fact]
    [Rule("S34")]
    public async Task Session_InterleavedFromAnotherConnection_IsRefused()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        string session = await PlayTcpAsync(host, first);

        foreach (string method in (string[])["TEARDOWN", "PAUSE", "GET_PARAMETER"])
        {
            Assert.Equal(454, (await other.RequestAsync(method, host.Url, "Session: " + session)).Status);
        }

        Assert.Equal(200, (await first.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task RtcpFromAnotherPort_OneWaitingSessionOfTheHost_IsLatched()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await PlayUdpAsync(host, client, announced.Transport);

        await host.AdvanceAsync(NearlyTimeout);
        await translated.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 1);
        await host.AdvanceAsync(NearlyTimeout);

        Assert.Equal(1, host.Frontend.Limits.Clients);

        // Our RTCP goes where its RTCP comes from.
        host.Mount.EndClients(MountEnd.HoldExpired);
        Assert.True(PlayDialogue.HasBye(await translated.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
    }

    [Fact]
    public async Task RtcpFromAnotherPort_TwoWaitingSessionsOfTheHost_IsNobodys()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver one = new();
        using UdpTestReceiver two = new();
        using UdpTestReceiver stranger = new();
        (_, int serverPort) = await PlayUdpAsync(host, client, one.Transport);
        await PlayUdpAsync(host, client, two.Transport);

        await stranger.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpStray == 1);

        // Once one of them is known, the other is the only one that waits.
        await one.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 1);
        await stranger.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 2);
    }

    [Fact]
    public async Task PunchOnTheRtpPort_KeepsTheSessionAlive()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        (_, int serverPort) = await PlayUdpAsync(host, client, receiver.Transport);

        await host.AdvanceAsync(NearlyTimeout);
        await receiver.SendPunchAsync(serverPort);
        await Task.Delay(50);
        await host.AdvanceAsync(Tick);

        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Fact]
    public async Task TcpClientThatStopsReading_IsClosedAndOthersGetEverything()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { SlowTimeout = TimeSpan.FromSeconds(5) });
        using RtspTestClient stuck = await host.ConnectAsync();
        using RtspTestClient good = await host.ConnectAsync();
        stuck.Socket.ReceiveBufferSize = 4096;
        await PlayTcpAsync(host, stuck);
        await PlayTcpAsync(host, good);

        ushort? expected = null;
        for (int i = 0; i < 200; i++)
        {
            await host.Mount.EmitAsync(0, 20, 1300);
            for (int k = 0; k < 20; k++)
            {
                InterleavedPacket packet = await good.ReadFrameAsync();
                Assert.True(expected is null || expected == packet.SequenceNumber);
                expected = (ushort)(packet.SequenceNumber + 1);
            }
        }

        for (int i = 0; i < 10; i++)
        {
            await host.Mount.EmitAsync(0);
            await good.ReadFrameAsync();
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await LivesAsync(host, 1);
        Assert.Equal(1, host.Mount.ClientCount);
    }

    /// <summary>Longer than a session lives without a sign of its client: the one limit that the operator named is the one that holds.</summary>
    [Fact]
    public async Task TcpClientThatStopsReading_SlowTimeoutOf100Seconds_StaysThatLong()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { SlowTimeout = TimeSpan.FromSeconds(100) }, shards: 1);
        using RtspTestClient stuck = await host.ConnectAsync();
        stuck.Socket.ReceiveBufferSize = 4096;
        await PlayTcpAsync(host, stuck);
        for (int i = 0; i < 100; i++)
        {
            await host.Mount.EmitAsync(0, 40, 1300);
        }

        await host.AdvanceAsync(TimeSpan.FromSeconds(95));
        Assert.Equal(1, host.Frontend.Limits.Clients);
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        await LivesAsync(host, 0);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(20, 30)]
    [InlineData(25, 35)]
    [InlineData(60, 70)]
    [InlineData(1e9, 1_000_010)]
    public void UserTimeoutFor_ASlowTimeout_IsTenSecondsMoreAndNeverUnder30(double slowSeconds, double expectedSeconds) =>
        Assert.Equal(expectedSeconds, FrontendLimits.UserTimeoutFor(TimeSpan.FromSeconds(slowSeconds)).TotalSeconds);

    [Fact]
    public async Task ClientThatResets_TheLineOfItsConnectionHasTheError()
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);

        // By blocking calls: a socket with asynchronous ones is shut down in order first.
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        client.Connect(IPAddress.Loopback, host.Port);
        int port = ((IPEndPoint)client.LocalEndPoint!).Port;
        client.Send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8);
        Assert.True(client.Receive(new byte[4096]) > 0);
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();

        string line = $"PeerClosed (ECONNRESET): connection of viewer 127.0.0.1:{port} closed";
        await Until.TrueAsync(() => log.Texts.Contains(line), detail: () => string.Join('\n', log.Texts));
    }

    [Fact]
    public async Task Ipv6AndIpv4_UdpClientsOfOneStream_BothGetMedia()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { BindAddress = null });
        using RtspTestClient four = await host.ConnectAsync();
        using RtspTestClient six = await RtspTestClient.ConnectAsync(host.Port, IPAddress.IPv6Loopback);
        using UdpTestReceiver receiver4 = new();
        using UdpTestReceiver receiver6 = new(IPAddress.IPv6Loopback);
        Assert.True(host.Frontend.Listeners.ListensOnIPv4 && host.Frontend.Listeners.ListensOnIPv6);

        await PlayUdpAsync(host, four, receiver4.Transport);
        RtspTestResponse describe = await six.RequestAsync("DESCRIBE", $"rtsp://[::1]:{host.Port}/cam");
        Assert.Contains("c=IN IP6 ::", describe.BodyText, StringComparison.Ordinal);
        Assert.Contains("c=IN IP4 0.0.0.0", (await four.RequestAsync("DESCRIBE", $"rtsp://127.0.0.1:{host.Port}/cam")).BodyText, StringComparison.Ordinal);
        await PlayUdpAsync(host, six, receiver6.Transport);
        await host.Mount.EmitAsync(0);

        Assert.Equal($"rtsp://[::1]:{host.Port}/cam/", describe.Header("Content-Base"));
        await receiver4.ReadRtpAsync();
        await receiver6.ReadRtpAsync();
    }
}
