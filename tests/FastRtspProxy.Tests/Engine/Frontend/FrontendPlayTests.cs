using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>PLAY, PAUSE, TEARDOWN and the media between them.</summary>
public sealed class FrontendPlayTests
{
    [Fact]
    [Rule("S24")]
    public async Task Play_WithoutSession_Answers454()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(454, (await client.RequestAsync("PLAY", host.Url)).Status);
    }

    [Theory]
    [Rule("S24")]
    [InlineData("npt=0-", "npt=0.000-")]
    [InlineData("npt=0.000-2.000", "npt=0.000-")]
    [InlineData("npt=now-", "npt=now-")]
    [InlineData("clock=19990101T000000Z-", "clock=")]
    [InlineData(null, "npt=0.000-")]
    public async Task Play_WithRange_EchoesItTruthfully(string? asked, string answered)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        string[] headers = asked is null ? ["Session: " + session] : ["Session: " + session, "Range: " + asked];
        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, headers);

        Assert.Equal(200, response.Status);
        Assert.StartsWith(answered, response.Header("Range"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S24")]
    public async Task Play_WithUnknownRangeUnit_PlaysFromNowOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: parsecs=12-");

        Assert.Equal((200, "npt=0.000-"), (response.Status, response.Header("Range")));
    }

    [Fact]
    [Rule("S25")]
    public async Task Play_OverTcp_AnswerComesFirstAndRtpInfoIsTrue()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);
        await host.Mount.EmitAsync(0, 5);
        await host.Mount.EmitAsync(1, 5);

        using CancellationTokenSource stop = new();
        Task emitting = EmitUntilAsync(host.Mount, stop.Token);
        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url + "/", "Session: " + session, "Range: npt=0.000-");
        Dictionary<int, InterleavedPacket> first = [];
        while (first.Count < 2)
        {
            InterleavedPacket packet = await client.ReadFrameAsync();
            first.TryAdd(packet.Channel, packet);
        }

        await stop.CancelAsync();
        await emitting;
        Assert.Equal("response", client.Order[client.Order.Count(static what => what == "response") - 1]);
        Assert.Equal(["CSeq", "Date", "Range", "Session", "RTP-Info"], response.Headers.Select(static h => h.Name));
        Assert.Equal(session, response.Header("Session"));
        List<RtpInfoEntry> info = RtpInfoHeader.Parse(response.Header("RTP-Info")!);
        Assert.Equal([host.Url + "/track1", host.Url + "/track2"], info.Select(static e => e.Url));
        Assert.Equal(info[0].Seq, first[0].SequenceNumber);
        Assert.Equal(info[0].RtpTime, first[0].Timestamp);
        Assert.Equal(info[1].Seq, first[2].SequenceNumber);
        Assert.Equal(info[1].RtpTime, first[2].Timestamp);
    }

    [Fact]
    [Rule("S25")]
    public async Task Play_OverUdp_PacketsComeFromTheServerPortAndMatchRtpInfo()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);
        await host.Mount.EmitAsync(0, 20);

        RtpInfoEntry info = Assert.Single(RtpInfoHeader.Parse(play.Header("RTP-Info")!));
        for (int i = 0; i < 20; i++)
        {
            (InterleavedPacket packet, int from) = await receiver.ReadRtpAsync();
            Assert.Equal(ServerPort(setup), from);
            Assert.Equal((ushort)(info.Seq!.Value + i), packet.SequenceNumber);
            Assert.Equal(unchecked(info.RtpTime!.Value + (3000u * (uint)i)), packet.Timestamp);
        }
    }

    [Fact]
    [Rule("S25")]
    public async Task Play_TrackOfWhichNothingTrueIsKnown_IsLeftOutOfRtpInfo()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.Mount.SilentTracks.Add(1);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url, "Session: " + session);

        Assert.Equal(host.Url + "/track1", Assert.Single(RtpInfoHeader.Parse(play.Header("RTP-Info")!)).Url);
    }

    /// <summary>Base64 has slashes: what stands behind the last one of a query names a track only where there is one of that name.</summary>
    [Theory]
    [Rule("S44")]
    [InlineData("?token=ab/cd")]
    [InlineData("/?path=/a/b&token=1")]
    public async Task Play_QueryWithASlash_IsOfTheWholeStream(string query)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = "Session: " + await SetUpTcpAsync(host, client);

        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url + query, session);

        Assert.Equal(200, play.Status);
        Assert.Equal(2, RtpInfoHeader.Parse(play.Header("RTP-Info")!).Count);
        Assert.Equal(460, (await client.RequestAsync("PAUSE", host.Url + query + "/track1", session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url + query, session)).Status);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url + query, session)).Status);
    }

    [Fact]
    [Rule("S26")]
    public async Task Play_WithScale_IsAnsweredWithTheOneThatIsUsed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        Assert.Equal("1.000000", (await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Scale: 2.0")).Header("Scale"));
    }

    [Fact]
    public async Task Play_TrackByTrack_EachTrackStartsWithItsOwnPlay()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        RtspTestResponse video = await client.RequestAsync("PLAY", host.Url + "/track1", "Session: " + session);
        Assert.Equal(host.Url + "/track1", Assert.Single(RtpInfoHeader.Parse(video.Header("RTP-Info")!)).Url);
        await host.Mount.EmitAsync(1);
        await host.Mount.EmitAsync(0);
        Assert.Equal(0, (await client.ReadFrameAsync()).Channel);

        RtspTestResponse audio = await client.RequestAsync("PLAY", host.Url + "/track2", "Session: " + session);
        Assert.Equal(host.Url + "/track2", Assert.Single(RtpInfoHeader.Parse(audio.Header("RTP-Info")!)).Url);
        await host.Mount.EmitAsync(1);
        await host.Mount.EmitAsync(0);
        HashSet<byte> channels = [(await client.ReadFrameAsync()).Channel, (await client.ReadFrameAsync()).Channel];
        Assert.True(channels.SetEquals([0, 2]));
    }

    [Fact]
    [Rule("S25")]
    public async Task Play_WhilePlaying_SaysWhereTheStreamIsAndTheMediaGoesOnOnce()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);

        await host.Mount.EmitAsync(0, 2);
        await client.ReadFrameAsync();
        ushort last = (await client.ReadFrameAsync()).SequenceNumber;
        RtspTestResponse again = await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);

        Assert.Equal(200, again.Status);
        Assert.Equal(["CSeq", "Date", "Range", "Session", "RTP-Info"], again.Headers.Select(static h => h.Name));
        RtpInfoEntry info = Assert.Single(RtpInfoHeader.Parse(again.Header("RTP-Info")!));
        InterleavedPacket next = await client.ReadFrameAsync();
        Assert.Equal((host.Url + "/track1", (ushort?)next.SequenceNumber, (uint?)next.Timestamp), (info.Url, info.Seq, info.RtpTime));
        Assert.Equal((ushort)(last + 1), next.SequenceNumber);
        Assert.Equal(1, host.Mount.Joins);
        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Theory]
    [Rule("S25")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Play_AfterPause_AsksToResumeAndSaysWhereItBegins(bool inOneSegment)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        string pause = client.Request("PAUSE", host.Url, "Session: " + session);
        string play = client.Request("PLAY", host.Url, "Session: " + session);

        await client.SendAsync(inOneSegment ? pause + play : pause);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        if (!inOneSegment)
        {
            await host.Mount.EmitAsync(0, 3); // nobody's
            await client.SendAsync(play);
        }

        RtspTestResponse response = await client.ReadResponseAsync();
        await host.Mount.EmitAsync(0);

        InterleavedPacket next = await client.ReadFrameAsync();
        RtpInfoEntry info = Assert.Single(RtpInfoHeader.Parse(response.Header("RTP-Info")!));
        Assert.Equal(((ushort?)next.SequenceNumber, (uint?)next.Timestamp), (info.Seq, info.RtpTime));
        Assert.Equal([new PlayWish(null, 1, Resumes: false), new PlayWish(null, 1, Resumes: true)], host.Mount.Wishes);
    }

    [Theory]
    [Rule("S31")]
    [InlineData("GET_PARAMETER")]
    [InlineData("SET_PARAMETER")]
    public async Task Parameters_WithEmptyBody_Answer200AndUnknownOnes451(string method)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        RtspTestResponse empty = await client.RequestAsync(method, host.Url, "Session: " + session);
        await client.SendAsync(client.Request(method, host.Url, "Session: " + session, "Content-Length: 8") + "jitter\r\n");
        RtspTestResponse unknown = await client.ReadResponseAsync();
        RtspTestResponse star = await client.RequestAsync(method, "*");

        Assert.Equal(200, empty.Status);
        Assert.Equal(session, empty.Session);
        Assert.Equal(451, unknown.Status);
        Assert.Equal(200, star.Status);
    }

    [Theory]
    [InlineData((int)PlayOutcome.BackendUnavailable, 503)]
    [InlineData((int)PlayOutcome.Full, 453)]
    [InlineData((int)PlayOutcome.Gone, 454)]
    public async Task Play_MountRefuses_AnswersWhyAndMayBeTriedAgain(int outcome, int status)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);
        host.Mount.Outcome = (PlayOutcome)outcome;

        Assert.Equal(status, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        host.Mount.Outcome = PlayOutcome.Playing;
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task Play_SessionEndsWhileTheBackendIsAsked_ClientLeavesTheMount()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        TaskCompletionSource gate = new();
        host.Mount.JoinGate = gate.Task;
        using (RtspTestClient client = await host.ConnectAsync())
        {
            string session = await SetUpTcpAsync(host, client);
            await client.SendAsync(client.Request("PLAY", host.Url, "Session: " + session));
            await Until.TrueAsync(() => host.Frontend.Counters.Requests == 3);
        }

        gate.SetResult();

        await Until.TrueAsync(() => host.Mount.Joins == 1 && host.Mount.ClientCount == 0 && host.Frontend.Limits.Clients == 0);
    }

    [Fact]
    public async Task Play_JoinerGetsTheSenderReportBeforeItsFirstPacket()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.Mount.SenderReport = UdpTestReceiver.ReceiverReport(1);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1, firstChannel: 6);

        await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);

        Assert.Equal(7, (await client.ReadFrameAsync()).Channel);
        Assert.Equal(6, (await client.ReadFrameAsync()).Channel);
    }

    [Fact]
    [Rule("S43")]
    public async Task Play_HeaderExtensionOfOnvif_PassesThroughUnchanged()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        using RtspTestClient control = await host.ConnectAsync();
        await client.RequestAsync("PLAY", host.Url, "Session: " + await SetUpTcpAsync(host, client, tracks: 1));
        await control.RequestAsync("PLAY", host.Url, "Session: " + await SetUpUdpAsync(host, control, receiver));
        byte[] packet = [0x90, 0xE0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xAB, 0xAC, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 0x80, 9, 0, 0, 0x65, 1, 2, 3];

        await host.Mount.EmitRawAsync(0, packet);

        Assert.Equal(packet, (await client.ReadFrameAsync()).Payload);
        Assert.Equal(packet, (await receiver.ReadRtpAsync()).Packet.Payload);
    }

    private static async Task EmitUntilAsync(FakeMount mount, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await mount.EmitAsync(0);
            await mount.EmitAsync(1);
            await Task.Yield();
        }
    }

    [Fact]
    public async Task PlayOverTcp_ConnectionResetBeforeTheAnswer_TheCatchUpSharesAreGivenBack()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        CatchUpBudget budget = new(1000);
        Assert.True(budget.TryTake(600));
        host.Mount.CatchUp = new CatchUp(0, 0, null, long.MaxValue, budget, 600);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Mount.JoinGate = gate.Task;
        RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);
        await client.SendAsync(client.Request("PLAY", host.Url, "Session: " + session));
        await Task.Delay(100);
        client.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        client.Dispose();
        await Task.Delay(100);
        gate.SetResult();
        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0 && host.Mount.ClientCount == 0);
        Assert.Equal(0, budget.TakenBytes);
    }
}
