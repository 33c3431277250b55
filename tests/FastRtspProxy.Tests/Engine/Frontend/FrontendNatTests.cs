using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.NatDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A NAT before the client changes its ports: RTP goes to where a punch comes from, where that cannot be anybody else's.</summary>
public sealed class FrontendNatTests
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(10);

    private static Task<RtspTestResponse> SetUpAsync(FrontendHost host, RtspTestClient client, string transport, string track = "track1", string? session = null) =>
        session is null
            ? client.RequestAsync("SETUP", $"{host.Url}/{track}", transport)
            : client.RequestAsync("SETUP", $"{host.Url}/{track}", transport, "Session: " + session);

    private static async Task<(string Session, int ServerPort)> SetUpAsync(FrontendHost host, RtspTestClient client, UdpTestReceiver announced, UdpTestReceiver? second = null)
    {
        RtspTestResponse setup = await SetUpAsync(host, client, announced.Transport);
        Assert.Equal(200, setup.Status);
        if (second is not null)
        {
            Assert.Equal(200, (await SetUpAsync(host, client, second.Transport, "track2", setup.Session)).Status);
        }

        return (setup.Session!, PlayDialogue.ServerPort(setup));
    }

    private static async Task PlayAsync(FrontendHost host, RtspTestClient client, string session) =>
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);

    private static async Task<(string Session, int ServerPort)> PlayAsync(FrontendHost host, RtspTestClient client, UdpTestReceiver announced, UdpTestReceiver? second = null)
    {
        (string session, int serverPort) = await SetUpAsync(host, client, announced, second);
        await PlayAsync(host, client, session);
        return (session, serverPort);
    }

    /// <summary>The next packet of a track comes to this client port, and to none of the others.</summary>
    private static async Task AssertGoesToAsync(FrontendHost host, UdpTestReceiver receiver, int track = 0, params UdpTestReceiver[] others)
    {
        await host.Mount.EmitAsync(track, 2);
        await receiver.ReadRtpAsync();
        await receiver.ReadRtpAsync();
        Assert.All(others, static other => Assert.True(other.HasNoRtp));
    }

    [Fact]
    public async Task Punch_FromAnotherPortBeforePlay_RtpGoesThere()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, translated, serverPort);
        await PunchAsync(host, translated, serverPort);
        await PlayAsync(host, client, session);

        await AssertGoesToAsync(host, translated, 0, announced);
    }

    [Theory]
    [InlineData("rtcp", true)]
    [InlineData("rtcp", false)]
    [InlineData("closed", true)]
    [InlineData("closed", false)]
    public async Task Punch_AfterPlay_IsFollowedOnlyWithEvidenceInEitherOrder(string evidence, bool punchFirst)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient good = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        using UdpTestReceiver neighbour = new();
        (_, int serverPort) = await PlayAsync(host, client, announced);
        (string goodSession, _) = await PlayAsync(host, good, neighbour);
        await PunchAsync(host, neighbour, serverPort);
        await ReportAsync(host, neighbour, serverPort);
        await AssertGoesToAsync(host, announced, 0, translated); // in step

        Func<Task>[] steps =
        [
            () => PunchAsync(host, translated, serverPort),
            () => evidence == "rtcp" ? ReportAsync(host, translated, serverPort) : SayClosedAsync(host, announced),
        ];
        await steps[punchFirst ? 0 : 1]();
        await AssertGoesToAsync(host, announced, 0, translated);
        await host.AdvanceAsync(s_remembered - TimeSpan.FromSeconds(1));
        await steps[punchFirst ? 1 : 0]();

        await AssertGoesToAsync(host, translated, 0, announced);
        for (int i = 0; i < 6; i++)
        {
            await neighbour.ReadRtpAsync();
        }

        Assert.Equal(200, (await good.RequestAsync("TEARDOWN", host.Url, "Session: " + goodSession)).Status);
        await AssertGoesToAsync(host, translated, 0, announced);
    }

    [Theory]
    [InlineData("punch")]
    [InlineData("closed")]
    public async Task Punch_AfterPlayAndTheOtherHalfIsOld_IsNotFollowed(string first)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        (_, int serverPort) = await PlayAsync(host, client, announced);

        await (first == "punch" ? PunchAsync(host, translated, serverPort) : SayClosedAsync(host, announced));
        await host.AdvanceAsync(s_remembered + TimeSpan.FromSeconds(1));
        await (first == "punch" ? SayClosedAsync(host, announced) : PunchAsync(host, translated, serverPort));

        await AssertGoesToAsync(host, announced, 0, translated);
    }

    [Fact]
    public async Task Punch_OnceFollowed_NoOtherIs()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        using UdpTestReceiver later = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, translated, serverPort);
        await PunchAsync(host, later, serverPort);
        await PunchAsync(host, announced, serverPort);
        await PlayAsync(host, client, session);
        await ReportAsync(host, later, serverPort);
        await PunchAsync(host, later, serverPort);

        await AssertGoesToAsync(host, translated, 0, announced, later);
    }

    [Fact]
    public async Task Punch_AnnouncedPortWasPunchedFrom_NoOtherIsFollowed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver stranger = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, announced, serverPort);
        await PunchAsync(host, stranger, serverPort);
        await PlayAsync(host, client, session);
        await ReportAsync(host, stranger, serverPort);
        await PunchAsync(host, stranger, serverPort);

        await AssertGoesToAsync(host, announced, 0, stranger);
    }

    [Fact]
    public async Task Punch_FromAnotherHost_IsNeverFollowed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver stranger = new(IPAddress.Parse("127.0.0.2"));
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, stranger, serverPort);
        await PlayAsync(host, client, session);
        await SayClosedAsync(host, announced);
        await PunchAsync(host, stranger, serverPort);

        await AssertGoesToAsync(host, announced, 0, stranger);
    }

    [Fact]
    public async Task Punch_TwoSessionsOfTheHostAreUnpunched_IsNobodysUntilOneIsKnown()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        using UdpTestReceiver neighbour = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        (string otherSession, _) = await SetUpAsync(host, other, neighbour);

        await PunchAsync(host, translated, serverPort);
        await PlayAsync(host, other, otherSession);
        await AssertGoesToAsync(host, neighbour, 0, translated);
        await PunchAsync(host, neighbour, serverPort);
        await PlayAsync(host, client, session);

        await AssertGoesToAsync(host, translated, 0, announced);
    }

    [Fact]
    public async Task Punch_TheOtherUnpunchedSessionOfTheHostEnds_IsForgotten()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver othersOwn = new();
        using UdpTestReceiver translated = new();
        using UdpTestReceiver neighbour = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        (string otherSession, _) = await SetUpAsync(host, other, neighbour);

        await PunchAsync(host, othersOwn, serverPort); // it could be of either
        Assert.Equal(200, (await other.RequestAsync("TEARDOWN", host.Url, "Session: " + otherSession)).Status);
        await PlayAsync(host, client, session);
        await ReportAsync(host, translated, serverPort);
        await AssertGoesToAsync(host, announced, 0, othersOwn);
        await PunchAsync(host, translated, serverPort);

        await AssertGoesToAsync(host, translated, 0, announced, othersOwn);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Punch_FromAnAddressOfAnotherSession_IsNeverFollowed(int shard)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("other", shard: shard);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver neighbour = new();
        RtspTestResponse held = await other.RequestAsync("SETUP", $"rtsp://127.0.0.1:{host.Port}/other/track1", neighbour.Transport);
        Assert.Equal(200, held.Status);
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, neighbour, serverPort);
        await PlayAsync(host, client, session);
        await ReportAsync(host, announced, serverPort);

        await AssertGoesToAsync(host, announced, 0, neighbour);
    }

    [Fact]
    public async Task Punch_FromTheSessionsOwnRtcpPort_IsNotFollowed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await announced.SendRtcpAsync(new byte[4], serverPort);
        await PunchAsync(host, announced, serverPort);
        await PlayAsync(host, client, session);

        await AssertGoesToAsync(host, announced);
    }

    [Fact]
    public async Task Punches_OfSeveralTracks_AreForThemInTheOrderOfTheirSetups()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver sound = new();
        using UdpTestReceiver translatedVideo = new();
        using UdpTestReceiver translatedSound = new();
        RtspTestResponse setup = await SetUpAsync(host, client, sound.Transport, "track2");
        Assert.Equal(200, (await SetUpAsync(host, client, video.Transport, "track1", setup.Session)).Status);
        int serverPort = PlayDialogue.ServerPort(setup);
        await PlayAsync(host, client, setup.Session!);

        await PunchAsync(host, translatedSound, serverPort);
        await PunchAsync(host, translatedVideo, serverPort);
        await ReportAsync(host, translatedVideo, serverPort);

        await AssertGoesToAsync(host, translatedVideo, 0, video, sound);
        await AssertGoesToAsync(host, translatedSound, 1, video, sound, translatedVideo);
    }

    /// <summary>Its sockets punch each on a thread of its own: taken in their order sound and pictures would change places, and it would show neither. Without any it takes TCP.</summary>
    [Fact]
    public async Task Punches_OfSeveralTracksOfGStreamer_AreNobodysUntilOneIsLeft()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver sound = new();
        using UdpTestReceiver translated = new();
        const string Agent = "User-Agent: GStreamer/1.22.0";
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", video.Transport, Agent);
        Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track2", sound.Transport, Agent, "Session: " + setup.Session)).Status);
        int serverPort = PlayDialogue.ServerPort(setup);

        await PunchAsync(host, translated, serverPort);
        await PlayAsync(host, client, setup.Session!);

        await AssertGoesToAsync(host, video, 0, translated, sound);
        await AssertGoesToAsync(host, sound, 1, translated, video);
        await PunchAsync(host, video, serverPort); // as it announced
        await AssertGoesToAsync(host, translated, 1, video, sound);
    }

    [Fact]
    public async Task Punches_RtcpComesFromTheNextPort_TellsTheTrack()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver sound = new();
        using UdpTestReceiver translatedVideo = UdpTestReceiver.Adjacent();
        using UdpTestReceiver translatedSound = UdpTestReceiver.Adjacent();
        (_, int serverPort) = await PlayAsync(host, client, video, sound);

        await ReportAsync(host, translatedSound, serverPort, track: 1);
        await ReportAsync(host, translatedVideo, serverPort, track: 0);
        await PunchAsync(host, translatedSound, serverPort);
        await PunchAsync(host, translatedVideo, serverPort);

        await AssertGoesToAsync(host, translatedVideo, 0, video, sound);
        await AssertGoesToAsync(host, translatedSound, 1, video, sound, translatedVideo);
    }

    [Fact]
    public async Task Rtcp_AboutNothing_IsOfTheTrackWhosePunchCameFromThePortBelow()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver sound = new();
        using UdpTestReceiver translatedVideo = UdpTestReceiver.Adjacent();
        using UdpTestReceiver translatedSound = UdpTestReceiver.Adjacent();
        (string session, int serverPort) = await SetUpAsync(host, client, video, sound);
        await PunchAsync(host, translatedVideo, serverPort);
        await PunchAsync(host, translatedSound, serverPort);

        // As ffmpeg punches: an empty receiver report. The one of the first track was lost.
        await translatedSound.SendRtcpAsync([0x80, 201, 0, 1, 0, 0, 0, 0], serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 1);
        await PlayAsync(host, client, session);

        await host.Mount.EmitReportAsync(1);
        await translatedSound.ReadRtcpAsync();
        await host.Mount.EmitReportAsync(0);
        await video.ReadRtcpAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Punch_OnePortForEverything_MovesAllOfIt(bool rtcpFirst)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        string transport = $"Transport: RTP/AVP;unicast;client_port={announced.RtpPort}-{announced.RtpPort}";
        RtspTestResponse setup = await SetUpAsync(host, client, transport);
        Assert.Equal(200, (await SetUpAsync(host, client, transport, "track2", setup.Session)).Status);
        int serverPort = PlayDialogue.ServerPort(setup);

        if (rtcpFirst)
        {
            await translated.SendRtcpFromRtpPortAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc), serverPort + 1);
            await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived == 1);
        }

        await PunchAsync(host, translated, serverPort);
        await PlayAsync(host, client, setup.Session!);

        await AssertGoesToAsync(host, translated, 0, announced);
        await AssertGoesToAsync(host, translated, 1, announced);
    }

    [Fact]
    public async Task Punch_WasFollowed_TheNewAddressIsHeldAndTheAnnouncedOneIsFree()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver translated = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        await PunchAsync(host, translated, serverPort);
        await PlayAsync(host, client, session);

        Assert.Equal(461, (await SetUpAsync(host, other, $"Transport: RTP/AVP;unicast;client_port={translated.RtpPort}-1")).Status);
        RtspTestResponse free = await SetUpAsync(host, other, $"Transport: RTP/AVP;unicast;client_port={announced.RtpPort}-1");
        Assert.Equal(200, free.Status);

        Assert.Equal(200, (await other.RequestAsync("TEARDOWN", host.Url, "Session: " + free.Session)).Status);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        Assert.Equal(0, host.Frontend.UdpAddresses.Count);
    }

    [Fact]
    public void Remember_MoreThanPlayersSend_KeepsTheNewestInTheirOrder()
    {
        UnpunchedHost host = new();
        for (int i = 1; i <= 1000; i++)
        {
            host.Remember(PeerAddress.From(IPAddress.Loopback, i), i);
            host.Remember(PeerAddress.From(IPAddress.Loopback, Math.Max(1, i - 2)), i);
        }

        Assert.Equal(8, host.PunchCount);
        Assert.Equal(Enumerable.Range(993, 8), Enumerable.Range(0, 8).Select(i => host.PunchAt(i).From.Port));
        host.ForgetOld(1000 + 10_000_001);
        Assert.Equal(0, host.PunchCount);
    }
}
