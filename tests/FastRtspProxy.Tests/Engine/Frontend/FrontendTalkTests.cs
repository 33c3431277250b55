using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Talk;
using static FastRtspProxy.Tests.Engine.Frontend.NatDialogue;
using static FastRtspProxy.Tests.Engine.Frontend.TalkDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Viewers that talk: whose a datagram is behind a NAT that changes ports, beside a multicast group, and what talkers are told.</summary>
public sealed class FrontendTalkTests
{
    private const uint Talks = 0xABCD;

    /// <summary>SR and name of who talks.</summary>
    private static byte[] SenderReport(uint ssrc = Talks, bool leaves = false)
    {
        byte[] buffer = new byte[256];
        int bytes = RtcpWriter.WriteSenderReport(buffer, ssrc, 0x1122_3344_5566_7788, 160, 1, 160);
        bytes += RtcpWriter.WriteSdesCname(buffer.AsSpan(bytes), ssrc, "talker");
        bytes += leaves ? RtcpWriter.WriteBye(buffer.AsSpan(bytes), ssrc) : 0;
        return buffer[..bytes];
    }

    [Theory]
    [InlineData("report of the pictures")]
    [InlineData("report of the talk")]
    [InlineData("closed port")]
    public async Task Talk_FromAnotherPortWithEvidenceOfANat_IsTheSessionsAndMovesNoPictures(string evidence)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        await TalkAsync(host, translated, serverPort);
        Assert.Empty(Desk(host).Heard); // a neighbour's, for all that is known

        await (evidence switch
        {
            "report of the pictures" => ReportAsync(host, translated, serverPort),
            "report of the talk" => RtcpAsync(host, translated, serverPort, SenderReport()),
            _ => SayClosedAsync(host, video),
        });
        await TalkAsync(host, translated, serverPort, 2);
        await TalkAsync(host, translated, serverPort, 3);

        Assert.Equal([TalkFixture.Packet(2), TalkFixture.Packet(3)], Desk(host).Heard.Select(static heard => heard.Packet));
        await host.Mount.EmitAsync(0);
        await video.ReadRtpAsync();
        Assert.True(translated.HasNoRtp);
    }

    [Fact]
    public async Task Talk_PicturesWereMovedByAPunch_IsEvidenceToo()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translatedVideo = new();
        using UdpTestReceiver translatedTalk = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await PunchAsync(host, translatedVideo, serverPort);
        await SetUpAsync(host, client, "back1", talk.Transport, session);
        await PlayAsync(host, client, session);

        await TalkAsync(host, translatedTalk, serverPort, 1);
        await TalkAsync(host, translatedTalk, serverPort, 2);

        Assert.Equal(TalkFixture.Packet(2), Assert.Single(Desk(host).Heard).Packet);
        await host.Mount.EmitAsync(0);
        await translatedVideo.ReadRtpAsync();
    }

    [Fact]
    public async Task Talk_FromThePortOfItsPictures_IsTheSessionsWithoutMore()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        (string session, int serverPort) = await OpenAsync(host, client, video, talk);

        await TalkAsync(host, video, serverPort, 1);
        await TalkAsync(host, video, serverPort, 2);

        Assert.Equal(TalkFixture.Packet(2), Assert.Single(Desk(host).Heard).Packet);
        await host.Mount.EmitAsync(0);
        await video.ReadRtpAsync();
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        Assert.Equal(0, host.Frontend.UdpAddresses.Count);
    }

    /// <summary>rtspsrc opens the way of its pictures by three datagrams of whatever its memory holds, which may look like RTP; then it talks as announced.</summary>
    [Fact]
    public async Task Talk_PunchesThatLookLikeTalk_MoveNothing()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        for (int i = 0; i < 3; i++)
        {
            await TalkAsync(host, video, serverPort, 7);
        }

        await TalkAsync(host, talk, serverPort, 1);

        Assert.Equal(TalkFixture.Packet(1), Assert.Single(Desk(host).Heard).Packet);
    }

    [Fact]
    public async Task Talk_OnceItsPortIsKnown_NoOtherIsFollowed()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver later = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        await TalkAsync(host, talk, serverPort, 1);
        await ReportAsync(host, later, serverPort);

        await TalkAsync(host, later, serverPort, 2);

        Assert.Equal(TalkFixture.Packet(1), Assert.Single(Desk(host).Heard).Packet);
    }

    [Fact]
    public async Task Talk_TwoSessionsOfTheHostAreSilent_IsNobodysUntilOneHasTalkedOrGone()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver otherVideo = new();
        using UdpTestReceiver otherTalk = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        (string other, _) = await OpenAsync(host, client, otherVideo, otherTalk);
        await RtcpAsync(host, otherVideo, serverPort, UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc));
        await ReportAsync(host, translated, serverPort); // the one that has not reported is behind a NAT

        await TalkAsync(host, translated, serverPort);
        Assert.Empty(Desk(host).Heard);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + other)).Status);
        await TalkAsync(host, translated, serverPort, 2);
        await TalkAsync(host, translated, serverPort, 3);

        Assert.Equal(TalkFixture.Packet(3), Assert.Single(Desk(host).Heard).Packet);
    }

    [Fact]
    public async Task Talk_FromAnotherHost_IsNobodys()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver stranger = new(IPAddress.Parse("127.0.0.2"));
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        await SayClosedAsync(host, video);

        await TalkAsync(host, stranger, serverPort, 1);
        await TalkAsync(host, stranger, serverPort, 2);

        Assert.Empty(Desk(host).Heard);
    }

    [Fact]
    public async Task Talk_TwoBackChannelsOfASession_IsForTheOneOfItsCodec()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver mu = new();
        using UdpTestReceiver a = new();
        using UdpTestReceiver translated = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "back1", mu.Transport);
        await SetUpAsync(host, client, "back2", a.Transport, session);
        await PlayAsync(host, client, session);
        await RtcpAsync(host, translated, serverPort, SenderReport());

        await TalkAsync(host, translated, serverPort, 1, payloadType: 8);
        await TalkAsync(host, translated, serverPort, 2, payloadType: 8);

        Assert.Equal(1, Assert.Single(Desk(host).Heard).Talker.Section);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Talk_BesideAGroup_OverUdpOrInterleaved(bool isUdp, bool backFirst)
    {
        using GroupTestReceiver group = new();
        using UdpTestReceiver talk = new();
        await using FrontendHost host = await StartAsync(group);
        using RtspTestClient client = await host.ConnectAsync();
        string back = isUdp ? talk.Transport : PlayDialogue.Interleaved(4);
        (string session, int port) = await SetUpAsync(host, client, backFirst ? "back1" : "track1", backFirst ? back : "Transport: RTP/AVP;multicast");
        (_, int laterPort) = await SetUpAsync(host, client, backFirst ? "track1" : "back1", backFirst ? "Transport: RTP/AVP;multicast" : back, session);
        await PlayAsync(host, client, session);
        await Until.TrueAsync(() => host.Mount.Counters.Viewers(ViewerWay.Multicast) == 1);
        await host.SettleAsync();

        await host.Mount.EmitAsync(0);
        _ = await group.ReadRtpAsync();
        if (isUdp)
        {
            await TalkAsync(host, talk, Math.Max(port, laterPort));
        }
        else
        {
            await client.SendFrameAsync(4, TalkFixture.Packet(1));
            await Until.TrueAsync(() => Desk(host).Heard.Count > 0);
        }

        Assert.Equal(TalkFixture.Packet(1), Assert.Single(Desk(host).Heard).Packet);
        await host.AdvanceAsync(TimeSpan.FromSeconds(100)); // it lives by its connection, as others that listen to the group
        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
    }

    [Fact]
    public async Task Talk_BesideAGroupAndTheConnectionIsClosed_TheTalkEndsAndTheListeningGoesOn()
    {
        using GroupTestReceiver group = new();
        await using FrontendHost host = await StartAsync(group);
        RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient later = await host.ConnectAsync();
        (string session, _) = await SetUpAsync(host, client, "track1", "Transport: RTP/AVP;multicast");
        await SetUpAsync(host, client, "back1", PlayDialogue.Interleaved(0), session);
        await PlayAsync(host, client, session);
        await client.SendFrameAsync(0, TalkFixture.Packet(1));
        await Until.TrueAsync(() => Desk(host).Heard.Count == 1);

        client.Dispose();

        await Until.TrueAsync(() => Desk(host).Left == 1);
        Assert.Equal(200, (await later.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
        await host.Mount.EmitAsync(0);
        _ = await group.ReadRtpAsync();
    }

    [Fact]
    public async Task Setup_BackChannelToAGroupOrTwoWaysWithoutOne_461()
    {
        using GroupTestReceiver group = new();
        await using FrontendHost host = await StartAsync(group);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/back1", "Transport: RTP/AVP;multicast", TalkFixture.Require)).Status);
        using UdpTestReceiver video = new();
        (string session, _) = await SetUpAsync(host, client, "track1", video.Transport);

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/back1", PlayDialogue.Interleaved(0), TalkFixture.Require, "Session: " + session)).Status);
    }

    [Fact]
    [Rule("S11")]
    public async Task Talker_OverTcp_IsToldEveryFewSecondsWhatCameWhileItTalks()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        (string session, _) = await SetUpAsync(host, client, "back1", PlayDialogue.Interleaved(2));
        await PlayAsync(host, client, session);
        foreach (int number in (int[])[10, 11, 14])
        {
            await client.SendFrameAsync(2, TalkFixture.Packet(number));
        }

        await client.SendFrameAsync(3, SenderReport());
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(6));
        await client.SendFrameAsync(2, TalkFixture.Packet(15)); // so that there is something to report of once more
        await Until.TrueAsync(() => Desk(host).Heard.Count == 4);
        InterleavedPacket first = await client.ReadFrameAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(30)); // and of nothing after that

        RtcpReportBlock block = BlockOf(first.Payload);
        Assert.Equal(3, first.Channel);
        Assert.Equal((Talks, 2, 14u, 0x3344_5566u), (block.Ssrc, block.CumulativeLost, block.ExtendedHighest, block.LastSenderReport));
        Assert.Equal(256 * 2 / 5, block.FractionLost);
        Assert.InRange(block.DelaySinceLastSenderReport, 2u << 16, 6u << 16);
        RtcpReportBlock second = BlockOf((await client.ReadFrameAsync()).Payload);
        Assert.Equal((2, 15u, (byte)0), (second.CumulativeLost, second.ExtendedHighest, second.FractionLost));
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
        Assert.Equal(2, client.Order.Count(static one => one == "frame")); // no third report came before the answer
    }

    [Fact]
    public async Task Talker_OverUdp_IsToldAtItsRtcpPort()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver talk = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "back1", talk.Transport);
        await PlayAsync(host, client, session);
        await TalkAsync(host, talk, serverPort, 7);

        await host.AdvanceAsync(TimeSpan.FromSeconds(6));

        RtcpReportBlock block = BlockOf(await talk.ReadRtcpAsync());
        Assert.Equal((Talks, 0, 7u, 0u), (block.Ssrc, block.CumulativeLost, block.ExtendedHighest, block.LastSenderReport));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Talker_ItsRightOrItsSessionIsEndedByUs_IsToldBye(bool isRight)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        (string session, _) = await SetUpAsync(host, client, "back1", PlayDialogue.Interleaved(2));
        await PlayAsync(host, client, session);
        await client.SendFrameAsync(2, TalkFixture.Packet(1));
        await Until.TrueAsync(() => Desk(host).Heard.Count == 1);

        if (isRight)
        {
            host.Frontend.ChangeAccess(new AccessRules { Roles = [new AccessRole("view", AccessRights.Read)], Anonymous = ["view"] });
        }
        else
        {
            host.Mount.EndClients(MountEnd.HoldExpired);
        }

        InterleavedPacket bye = await client.ReadFrameAsync();
        Assert.Equal(3, bye.Channel);
        Assert.Equal(isRight ? "access was revoked" : "stream ended", ReasonOf(bye.Payload));
        await Until.TrueAsync(() => Desk(host).Left == 1); // its end follows the word of it
    }

    [Fact]
    public async Task Talker_SaysBye_LeavesItsPlaceAtOnceAndMayTalkAnew()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        (string session, _) = await SetUpAsync(host, client, "back1", PlayDialogue.Interleaved(2));
        await PlayAsync(host, client, session);
        await client.SendFrameAsync(2, TalkFixture.Packet(1));
        await client.SendFrameAsync(3, SenderReport(0x1234, leaves: true)); // somebody else
        await client.SendFrameAsync(3, SenderReport(leaves: true));
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 2);
        Assert.Equal(1, Desk(host).Left);

        await client.SendFrameAsync(2, TalkFixture.Packet(2));

        await Until.TrueAsync(() => Desk(host).Heard.Count == 2);
    }

    private static RtcpReportBlock BlockOf(byte[] compound)
    {
        RtcpCompoundReader reader = new(compound);
        Assert.True(reader.MoveNext(out RtcpPacketView report));
        Assert.Equal((RtcpPacketType.ReceiverReport, 1), (report.Type, report.ReportBlockCount));
        Assert.NotEqual(Talks, report.Ssrc);
        RtcpReportBlock block = report.ReportBlock(0);
        Assert.True(reader.MoveNext(out RtcpPacketView name));
        Assert.Equal("FastRtspProxy", name.Cname);
        return block;
    }

    private static string ReasonOf(byte[] compound)
    {
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            if (packet.Type == RtcpPacketType.Bye)
            {
                return packet.Reason;
            }
        }

        return "no BYE";
    }
}
