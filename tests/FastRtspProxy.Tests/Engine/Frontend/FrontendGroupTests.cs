using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Viewers that listen to a stream's multicast group: what they are told, when something goes out, what ends them.</summary>
public sealed class FrontendGroupTests
{
    private const string Multicast = "Transport: RTP/AVP;multicast";

    private static async Task<string> SetUpAsync(FrontendHost host, RtspTestClient client, int tracks = 2)
    {
        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", Multicast);
        for (int i = 2; i <= tracks; i++)
        {
            Assert.Equal(200, (await client.RequestAsync("SETUP", $"{host.Url}/track{i}", Multicast, "Session: " + response.Session)).Status);
        }

        Assert.Equal(200, response.Status);
        return response.Session!;
    }

    private static async Task<string> PlayAsync(FrontendHost host, RtspTestClient client, int tracks = 2)
    {
        string session = await SetUpAsync(host, client, tracks);
        await PlayAsync(host, client, session);
        return session;
    }

    private static async Task PlayAsync(FrontendHost host, RtspTestClient client, string session)
    {
        long before = host.Mount.Counters.Viewers(ViewerWay.Multicast);
        Assert.Equal(200, await AskAsync(host, client, "PLAY", session));
        await Until.TrueAsync(() => host.Mount.Counters.Viewers(ViewerWay.Multicast) == before + 1); // what follows the answer
        await host.SettleAsync();
    }

    private static async Task<int> AskAsync(FrontendHost host, RtspTestClient client, string method, string session) =>
        (await client.RequestAsync(method, host.Url, "Session: " + session)).Status;

    /// <summary>A host whose stream is offered to a group, with somebody who listens there.</summary>
    private static Task<FrontendHost> StartAsync(
        out GroupTestReceiver receiver, Func<MulticastOptions, MulticastOptions>? change = null, Func<ProxyOptions, ProxyOptions>? options = null)
    {
        receiver = new GroupTestReceiver();
        return StartAsync(receiver, change, options);
    }

    private static async Task<FrontendHost> StartAsync(GroupTestReceiver receiver, Func<MulticastOptions, MulticastOptions>? change, Func<ProxyOptions, ProxyOptions>? options)
    {
        FrontendHost host = await FrontendHost.StartAsync(options);
        host.Own(receiver);
        host.Frontend.Groups.Set("cam", (change ?? (static o => o))(receiver.Options));
        return host;
    }

    /// <summary>True when nothing of a track reaches the group: what is sent on loopback is there when the shard has had its turn.</summary>
    private static async Task<bool> IsSilentAsync(FrontendHost host, GroupTestReceiver receiver, int track = 0)
    {
        await host.Mount.EmitAsync(track, 2);
        await host.SettleAsync();
        return receiver.HasNothing;
    }

    private static Task LivesAsync(FrontendHost host, int sessions) => Until.TrueAsync(() => host.Frontend.Limits.Clients == sessions);

    /// <summary>A group is where it is: the range of one of its viewers neither moves nor ends it, and is not said to.</summary>
    [Fact]
    public async Task Play_WithAnEnd_IsToldThatThereIsNone()
    {
        await using FrontendHost host = await StartAsync(out _);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;

        RtspTestResponse response = await client.RequestAsync(
            "PLAY", host.Url, "Session: " + session, "Range: " + ClockRange.Format(now, now.AddSeconds(5)));

        Assert.Equal((200, ClockRange.Format(now)), (response.Status, response.Header("Range")));
    }

    [Fact]
    [Rule("S22")]
    public async Task Setup_OfferedGroup_IsToldWithItsPortsAndNothingOfTheClientsOwn()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver, static options => options with { Ttl = 3 });
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;multicast;destination=239.1.2.3;port=9-10;ttl=255");
        RtspTestResponse second = await client.RequestAsync("SETUP", host.Url + "/track2", "Transport: RTP/AVP/UDP;multicast", "Session: " + first.Session);

        Assert.Equal($"RTP/AVP;multicast;destination={receiver.Group};source=127.0.0.1;port={receiver.Port}-{receiver.Port + 1};ttl=3;ssrc=10000000", first.Header("Transport"));
        Assert.Equal($"RTP/AVP;multicast;destination={receiver.Group};source=127.0.0.1;port={receiver.Port + 2}-{receiver.Port + 3};ttl=3;ssrc=10000001", second.Header("Transport"));
    }

    [Theory]
    [InlineData("RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000-5001", true)]
    [InlineData("RTP/AVPF;multicast,RTP/AVP;unicast;client_port=5000-5001", true)]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP;multicast", false)]
    [InlineData("RTP/SAVP;multicast,RTP/AVP;unicast;client_port=5000-5001", false)]
    [InlineData("RTP/AVP;multicast;mode=record,RTP/AVP;unicast;client_port=5000-5001", false)]
    public async Task Setup_ListOfTransports_TakesTheFirstThatIsServed(string transports, bool isMulticast)
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + transports);

        Assert.Equal(isMulticast, TransportHeader.Parse(response.Header("Transport")!)[0].Multicast);
    }

    [Fact]
    public async Task Setup_AnotherWayThanTheOtherTrack_Answers461()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        string session = await SetUpAsync(host, client, tracks: 1);
        string unicast = (await other.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001")).Session!;

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/track2", "Transport: RTP/AVP;unicast;client_port=5002-5003", "Session: " + session)).Status);
        Assert.Equal(461, (await other.RequestAsync("SETUP", host.Url + "/track2", Multicast, "Session: " + unicast)).Status);
    }

    [Fact]
    public async Task Play_ManyViewers_EachPacketGoesOutOnceAndTheMountHasOneClient()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        List<RtspTestClient> clients = [];
        for (int i = 0; i < 5; i++)
        {
            clients.Add(await host.ConnectAsync());
            await PlayAsync(host, clients[^1]);
        }

        await host.Mount.EmitAsync(0, 3);
        await host.Mount.EmitAsync(1);

        ushort first = (await receiver.ReadRtpAsync()).SequenceNumber;
        Assert.Equal((ushort)(first + 1), (await receiver.ReadRtpAsync()).SequenceNumber);
        Assert.Equal((ushort)(first + 2), (await receiver.ReadRtpAsync()).SequenceNumber);
        _ = await receiver.ReadRtpAsync(track: 1);
        await host.SettleAsync();
        Assert.True(receiver.HasNothing);
        Assert.Equal(1, host.Mount.ClientCount);
        Assert.Equal(5, host.Mount.Counters.Viewers(ViewerWay.Multicast));
        Assert.Equal(4, host.Mount.Counters.SentPackets(ViewerWay.Multicast));
        Assert.Equal(0, host.Mount.Counters.SentPackets(ViewerWay.Udp));
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Play_BesideAViewerOverUdp_BothGetEachPacket()
    {
        using UdpTestReceiver unicast = new();
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        await PlayAsync(host, client);
        string session = await PlayDialogue.SetUpUdpAsync(host, other, unicast);
        Assert.Equal(200, await AskAsync(host, other, "PLAY", session));

        await host.Mount.EmitAsync(0);

        Assert.Equal((await receiver.ReadRtpAsync()).SequenceNumber, (await unicast.ReadRtpAsync()).Packet.SequenceNumber);
    }

    [Fact]
    public async Task Group_BeforeTheFirstPlayAndAfterTheLastTeardown_GetsNothingButAByeAtTheEnd()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        string one = await SetUpAsync(host, first);
        Assert.True(await IsSilentAsync(host, receiver));
        await PlayAsync(host, first, one);
        string other = await PlayAsync(host, second);

        Assert.Equal(200, await AskAsync(host, first, "TEARDOWN", one));
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();
        await host.SettleAsync();
        Assert.True(receiver.HasNothing); // no BYE: the other one plays on
        Assert.Equal(200, await AskAsync(host, second, "TEARDOWN", other));

        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.True(await IsSilentAsync(host, receiver));
        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
    }

    [Fact]
    public async Task Pause_OfOneViewer_ChangesNothingForTheGroup()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        string one = await PlayAsync(host, first);
        await PlayAsync(host, second);

        Assert.Equal(200, await AskAsync(host, first, "PAUSE", one));
        await host.Mount.EmitAsync(0);

        _ = await receiver.ReadRtpAsync();
        Assert.Equal(1, host.Mount.Counters.Viewers(ViewerWay.Multicast));
    }

    [Fact]
    public async Task Pause_OfTheOnlyViewer_StopsTheGroupWithoutAByeAndPlayResumesIt()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayAsync(host, client);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();

        Assert.Equal(200, await AskAsync(host, client, "PAUSE", session));
        Assert.True(await IsSilentAsync(host, receiver));
        await PlayAsync(host, client, session);
        await host.Mount.EmitAsync(0);

        _ = await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Track_ThatNobodyPlays_DoesNotGoOut()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient pictures = await host.ConnectAsync();
        using RtspTestClient both = await host.ConnectAsync();
        await PlayAsync(host, pictures, tracks: 1);
        Assert.True(await IsSilentAsync(host, receiver, track: 1));

        string session = await PlayAsync(host, both);
        await host.Mount.EmitAsync(1);
        _ = await receiver.ReadRtpAsync(track: 1);
        Assert.Equal(200, await AskAsync(host, both, "TEARDOWN", session));
        await host.SettleAsync();

        Assert.True(await IsSilentAsync(host, receiver, track: 1));
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Play_WhateverTheViewerWants_JoinsTheMountAsNobodyInParticular()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1?start=past", Multicast, "User-Agent: GStreamer/1.24");
        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session, "Range: npt=0-5");

        Assert.Equal(200, play.Status);
        PlayWish wish = Assert.Single(host.Mount.Wishes);
        Assert.Equal(new PlayWish(StartMode.Auto, uint.MaxValue, Resumes: false), wish);
    }

    [Fact]
    public async Task Play_LaterViewer_IsToldWhereTheGroupIsAndWantsAKeyFrame()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        await PlayAsync(host, first);
        await host.Mount.EmitAsync(0, 2);
        string session = await SetUpAsync(host, second);

        RtspTestResponse play = await second.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);

        _ = await receiver.ReadRtpAsync();
        _ = await receiver.ReadRtpAsync();
        Assert.Contains($"track1;seq={(await receiver.ReadRtpAsync()).SequenceNumber};", play.Header("RTP-Info"), StringComparison.Ordinal);
        Assert.Equal(1, host.Mount.KeyFrameWishes);
    }

    [Fact]
    public async Task Report_OfTheMount_GoesToTheGroupsNextPort()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        host.Mount.SenderReport = [0x80, 200, 0, 6, 0x10, 0, 0, 0, .. new byte[20]];
        using RtspTestClient client = await host.ConnectAsync();
        await PlayAsync(host, client);
        Assert.Equal(host.Mount.SenderReport, await receiver.ReadRtcpAsync());
        Assert.Equal(host.Mount.SenderReport, await receiver.ReadRtcpAsync(track: 1));

        await host.Mount.EmitAsync(0);
        await host.Mount.EmitReportAsync(0);

        Assert.NotEqual(host.Mount.SenderReport, await receiver.ReadRtcpAsync());
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_ConnectionStaysOpen_NeverExpires()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        await PlayAsync(host, client);

        await host.AdvanceAsync(TimeSpan.FromSeconds(200));

        Assert.Equal(1, host.Frontend.Limits.Clients);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();
    }

    [Fact]
    [Rule("S32")]
    public async Task Session_ConnectionClosed_LivesByItsRequestsAlone()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient later = await host.ConnectAsync();
        string session = await PlayAsync(host, client);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();
        client.Dispose();
        await host.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(200, await AskAsync(host, later, "GET_PARAMETER", session));
        await host.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, host.Frontend.Limits.Clients);

        await host.AdvanceAsync(TimeSpan.FromSeconds(10));

        await LivesAsync(host, 0);
        Assert.Equal(1, host.Frontend.Counters.SessionsExpired);
        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
    }

    [Theory]
    [InlineData(false, false, 461)]
    [InlineData(true, false, 200)]
    [InlineData(false, true, 461)]
    [InlineData(true, true, 200)]
    public async Task Setup_StreamThatIsNotForEverybody_IsServedOnlyWhereItIsOpen(bool isOpen, bool hasLimit, int status)
    {
        await using FrontendHost host = await StartAsync(
            out _, options => options with { IsOpen = isOpen, HasViewerLimit = hasLimit },
            options => hasLimit ? options : options with { ClientCredentials = [new Credentials("viewer", "secret")] });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await LogIns.RequestAsync(client, "SETUP", host.Url + "/track1", "viewer", "secret", Multicast)).Status);
    }

    [Fact]
    public async Task Rules_ThatLeaveTheStreamForSomeOnly_EndItsGroup()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        await PlayAsync(host, client);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();

        host.Frontend.ChangeAccess(AccessRules.OfCommandLine([], [], false) with { Streams = [new StreamAccess(LogIns.Pattern("cam")) { From = [IPNetwork.Parse("10.0.0.0/8")] }] });
        await host.AdvanceAsync(TimeSpan.FromSeconds(3));

        await LivesAsync(host, 0);
        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.True(await IsSilentAsync(host, receiver));
    }

    [Fact]
    public async Task Reload_StreamHasAnotherGroup_ViewersOfTheOldOneAreToldAndTheNextOnesGoThere()
    {
        using GroupTestReceiver next = new();
        await using FrontendHost host = await StartAsync(out GroupTestReceiver old);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient waiting = await host.ConnectAsync();
        await PlayAsync(host, client);
        string told = await SetUpAsync(host, waiting);
        await host.Mount.EmitAsync(0);
        _ = await old.ReadRtpAsync();

        host.Frontend.Groups.Set("cam", next.Options);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.True(PlayDialogue.HasBye(await old.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.Equal(454, await AskAsync(host, waiting, "PLAY", told)); // it was told of the old group
        await PlayAsync(host, client);
        await host.Mount.EmitAsync(0);
        _ = await next.ReadRtpAsync();
        await host.SettleAsync();
        Assert.True(old.HasNothing);
    }

    [Fact]
    public async Task Mount_ThatEnds_EndsEachSessionAndTellsTheGroupOnce()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        await PlayAsync(host, first);
        await PlayAsync(host, second);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();

        host.Mount.EndClients(MountEnd.HoldExpired);

        await LivesAsync(host, 0);
        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        await host.SettleAsync();
        Assert.True(receiver.HasNothing);
    }

    [Fact]
    public async Task Play_MountDoesNotCome_IsRefusedAndTheNextOneIsServed()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpAsync(host, client);
        host.Mount.Outcome = PlayOutcome.BackendUnavailable;
        Assert.Equal(503, await AskAsync(host, client, "PLAY", session));
        host.Mount.Outcome = PlayOutcome.Playing;

        await PlayAsync(host, client, session);
        await host.Mount.EmitAsync(0);

        _ = await receiver.ReadRtpAsync();
    }

    /// <summary>Who waits for the shape before is told by the mount, a moment later: until then nobody of the new shape is ended for it.</summary>
    [Fact]
    public async Task Play_StreamGotAnotherShapeWhileTheFirstViewerWaits_AViewerOfTheNewOneIsServed()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient old = await host.ConnectAsync();
        using RtspTestClient next = await host.ConnectAsync();
        string before = await SetUpAsync(host, old);
        host.Mount.JoinGate = gate.Task;
        await old.SendAsync(old.Request("PLAY", host.Url, "Session: " + before));
        await Until.TrueAsync(() => host.Mount.Wishes.Count == 1);
        await host.SettleAsync(); // it waits at the gate
        host.Mount.JoinGate = Task.CompletedTask;
        host.Mount.ChangeShape();

        await PlayAsync(host, next);
        gate.SetResult();

        Assert.Equal(454, (await old.ReadResponseAsync()).Status);
        Assert.Equal([0, 1], host.Mount.Wishes.Select(static wish => wish.Shape));
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Play_GroupThatThereIsNoWayTo_IsNotOffered()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver, static options => options with { Interface = "nosuch0" });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/track1", Multicast)).Status);
    }

    /// <summary>Beside TLS a group would show what the viewer wants hidden.</summary>
    [Fact]
    [Rule("S22")]
    public async Task Setup_OverTls_Answers461AndTheSecondChoiceIsTaken()
    {
        using GroupTestReceiver receiver = new();
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        host.Frontend.Groups.Set("cam", receiver.Options);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/track1", Multicast)).Status);
        RtspTestResponse second = await client.RequestAsync("SETUP", host.Url + "/track1", Multicast + ",RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal((200, true), (second.Status, TransportHeader.Parse(second.Header("Transport")!)[0].Tcp));
    }

    /// <summary>Its PLAY is granted and not answered yet, so nothing of it plays, and another connection may set its track up another way.</summary>
    [Fact]
    public async Task Play_GrantedAndSetUpAnotherWayBeforeTheAnswer_TheGroupIsLeftAllTheSame()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        string id = await SetUpAsync(host, client, tracks: 1);
        Assert.True(SessionId.TryParse(id, out int shard, out _));
        FrontendShard home = host.Frontend.ShardAt(shard)!;

        await home.Shard.RunAsync(async () =>
        {
            Session session = home.Find(id)!;
            PlayGrant? grant = await session.JoinAsync();
            Assert.Equal(PlayOutcome.Playing, grant?.Outcome);
            Assert.Equal(1, host.Mount.ClientCount);
            Assert.True(session.TrySetUp(new SessionTrack(session, host.Mount.Tracks[0]) { IsInterleaved = true, RtpChannel = 0, RtcpChannel = 1 }));
            Assert.Null(session.Group);
            session.End(SessionEnd.Teardown);
        });

        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
        Assert.True(await IsSilentAsync(host, receiver));
    }

    [Fact]
    public async Task Stop_WhileViewersListen_TellsTheGroup()
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();
        await PlayAsync(host, client);
        await host.Mount.EmitAsync(0);
        _ = await receiver.ReadRtpAsync();

        await host.StopFrontendAsync();

        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
    }

    [Theory]
    [InlineData("?multicast", true)]
    [InlineData("/?multicast=1", true)]
    [InlineData("?start=live&multicast", true)]
    [InlineData("", false)]
    [InlineData("?multicasts", false)]
    public async Task Describe_WithMulticast_HasTheGroupItsPortsAndItsSource(string query, bool hasGroup)
    {
        await using FrontendHost host = await StartAsync(out GroupTestReceiver receiver);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", host.Url + query);

        Assert.True(SdpDocument.TryParse(response.Body, out SdpDocument? sdp, out _));
        Assert.Equal(hasGroup ? receiver.Group.ToString() : "0.0.0.0", sdp.Media[1].ConnectionAddress);
        Assert.Equal(hasGroup ? receiver.Port + 2 : 0, sdp.Media[1].Port);
        Assert.Equal(hasGroup, response.BodyText.Contains($"a=source-filter: incl IN IP4 {receiver.Group} 127.0.0.1\r\n", StringComparison.Ordinal));
    }
}
