using System.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Talk;
using static FastRtspProxy.Tests.Engine.Frontend.NatDialogue;
using static FastRtspProxy.Tests.Engine.Frontend.TalkDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Punches of viewers behind a NAT that have set up a back channel, too, and of which a datagram may be either.</summary>
public sealed class FrontendTalkPunchTests
{
    /// <summary>As ffmpeg punches: RTP without anything in it.</summary>
    [Fact]
    public async Task Punch_BesideASilentBackChannel_IsForThePicturesStill()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translated = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await SetUpAsync(host, client, "back1", talk.Transport, session);

        await SendAsync(host, () => translated.SendRtcpFromRtpPortAsync([0x80, 0, 0, 0, .. new byte[8]], serverPort), serverPort);
        await PlayAsync(host, client, session);

        await host.Mount.EmitAsync(0);
        await translated.ReadRtpAsync();
    }

    /// <summary>
    /// As rtspsrc punches, whose memory holds what looks like RTP: behind a NAT nothing would ever come where it is taken for talk. Whatever comes from there by chance goes on from nothing.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Punch_ThatLooksLikeTalk_IsForThePicturesWhenNothingGoesOnFromIt(bool isBeforePlay)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translated = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await SetUpAsync(host, client, "back1", talk.Transport, session);
        if (isBeforePlay)
        {
            await TalkAsync(host, translated, serverPort, 7);
            await TalkAsync(host, translated, serverPort, 700);
            await PlayAsync(host, client, session);
        }
        else
        {
            await PlayAsync(host, client, session);
            await TalkAsync(host, translated, serverPort, 7);
            await ReportAsync(host, translated, serverPort);
        }

        await host.Mount.EmitAsync(0);
        await video.ReadRtpAsync(); // not at once
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        await host.Mount.EmitAsync(0);
        await translated.ReadRtpAsync();
        Assert.True(video.HasNoRtp);
        Assert.Empty(Desk(host).Heard);
    }

    /// <summary>Players punch in the order of their tracks: who comes behind one that may be talk waits until that is known, or sound and pictures would change places.</summary>
    [Fact]
    public async Task Punch_BehindOneThatLooksLikeTalk_IsForTheNextTrack()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver audio = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translatedVideo = new();
        using UdpTestReceiver translatedAudio = new();
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await SetUpAsync(host, client, "track2", audio.Transport, session);
        await SetUpAsync(host, client, "back1", talk.Transport, session);
        await TalkAsync(host, translatedVideo, serverPort, 7);
        await PunchAsync(host, translatedAudio, serverPort);
        await PlayAsync(host, client, session);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        await host.Mount.EmitAsync(0);
        await translatedVideo.ReadRtpAsync();
        Assert.True(translatedAudio.HasNoRtp);
        await host.Mount.EmitAsync(1);
        await translatedAudio.ReadRtpAsync();
        Assert.True(translatedVideo.HasNoRtp);
    }

    /// <summary>Once it has played, its media may well arrive: a datagram without evidence of a NAT takes it nowhere, whatever it looks like.</summary>
    [Fact]
    public async Task Punch_ThatLooksLikeTalkAfterPlay_WaitsForEvidence()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        await TalkAsync(host, translated, serverPort, 7);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        await host.Mount.EmitAsync(0);
        await video.ReadRtpAsync();

        await SayClosedAsync(host, video);

        await host.Mount.EmitAsync(0);
        await translated.ReadRtpAsync();
    }

    [Fact]
    public async Task Talk_ThatWentOnBeforeTheEvidence_IsNoPunchEver()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await OpenAsync(host, client, video, talk);
        await TalkAsync(host, translated, serverPort, 1);
        await TalkAsync(host, translated, serverPort, 2);
        await SendAsync(host, () => translated.SendPunchAsync(serverPort), serverPort); // and keeps its own way open
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        await ReportAsync(host, translated, serverPort);

        await TalkAsync(host, translated, serverPort, 3);

        Assert.Equal(TalkFixture.Packet(3), Assert.Single(Desk(host).Heard).Packet);
        await host.Mount.EmitAsync(0);
        await video.ReadRtpAsync();
        Assert.True(translated.HasNoRtp);
    }

    /// <summary>What may be another session's talk is not a punch of this one, and another host's never.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    public async Task Punch_ThatLooksLikeTalkAndMayBeAnothers_MovesNothing(string from)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver otherTalk = new();
        using UdpTestReceiver stranger = new(IPAddress.Parse(from));
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await SetUpAsync(host, client, "back1", talk.Transport, session);
        (string other, _) = await SetUpAsync(host, client, "back1", otherTalk.Transport);
        await PlayAsync(host, client, other);
        await TalkAsync(host, stranger, serverPort, 7);
        await PlayAsync(host, client, session);
        await SayClosedAsync(host, video);
        await host.AdvanceAsync(TimeSpan.FromSeconds(3));

        await host.Mount.EmitAsync(0);

        await video.ReadRtpAsync();
        Assert.True(stranger.HasNoRtp);
        Assert.Empty(Desk(host).Heard);
    }
}
