using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>SETUP: transports, sessions, limits.</summary>
public sealed class FrontendSetupTests
{
    private const string Tcp01 = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1";

    [Theory]
    [Rule("S14")]
    [InlineData("RTP/AVP/TCP;unicast;interleaved=4-5,RTP/AVP;unicast;client_port=5000-5001", "interleaved=4-5")]
    [InlineData("RTP/AVP;multicast;port=5000-5001, RTP/AVP/UDP;unicast;client_port=5000-5001, RTP/AVP/TCP;interleaved=0-1", "client_port=5000-5001")]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast", "interleaved=0-1")]
    [InlineData("RTP/SAVPF;unicast;client_port=5000-5001,RTP/AVPF/TCP;unicast;interleaved=4-5", "RTP/AVPF/TCP;unicast")]
    [InlineData("rtp/avpf/udp;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast", "RTP/AVPF;unicast")]
    public async Task Setup_ListOfTransports_TakesTheFirstThatIsServed(string transports, string chosen)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + transports);

        Assert.Equal(200, response.Status);
        Assert.Contains(chosen, response.Header("Transport"), StringComparison.Ordinal);
        Assert.DoesNotContain(',', response.Header("Transport")!);
    }

    [Theory]
    [Rule("S15")]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001")]
    [InlineData("RAW/RAW/UDP;unicast;client_port=5000-5001")]
    [InlineData("RTP/AVP;unicast")]
    [InlineData("RTP/AVP;unicast;client_port=0-0")]
    [InlineData("RTP/AVP;unicast;client_port=99999-100000")]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001;mode=record")]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task Setup_UnsupportedTransport_Answers461AndStaysOpen(string transport)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse refused = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + transport);
        Assert.Equal("RTSP/1.0 461 Unsupported Transport", refused.StatusLine);
        Assert.Null(refused.Session);
        Assert.Equal(0, host.Frontend.Limits.Clients);

        RtspTestResponse retried = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        Assert.Equal(200, retried.Status);
    }

    [Fact]
    [Rule("S15")]
    public async Task Setup_WithoutTransport_Answers461()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/track1")).Status);
    }

    [Fact]
    [Rule("S16")]
    public async Task Setup_FirstOfASession_AnswersA16DigitSessionWithTimeout65()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);

        Assert.Matches("^[0-9A-F]{16};timeout=65$", response.Header("Session"));
        Assert.Equal(["CSeq", "Date", "Transport", "Session"], response.Headers.Select(static h => h.Name));
        Assert.Equal(1, host.Mount.Prepares);
    }

    [Fact]
    [Rule("S17")]
    public async Task Setup_SecondWithSession_JoinsTheSameSession()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        RtspTestResponse second = await client.RequestAsync(
            "SETUP", host.Url + "/track2", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3", $"Session: {first.Session};timeout=65");

        Assert.Equal(200, second.Status);
        Assert.Equal(first.Session, second.Session);
        Assert.Equal(1, host.Frontend.Limits.Clients);
    }

    [Theory]
    [Rule("S17")]
    [InlineData("0123456789ABCDEF")]
    [InlineData("12345678")]
    public async Task Request_UnknownSession_Answers454(string session)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        foreach (string method in (string[])["SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "OPTIONS"])
        {
            RtspTestResponse response = await client.RequestAsync(method, host.Url, "Session: " + session, Tcp01);
            Assert.Equal("RTSP/1.0 454 Session Not Found", response.StatusLine);
        }
    }

    [Fact]
    [Rule("S17")]
    public async Task Setup_AnotherStreamInASession_Answers459()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("other");
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        RtspTestResponse second = await client.RequestAsync("SETUP", $"rtsp://127.0.0.1:{host.Port}/other/track1", Tcp01, "Session: " + first.Session);

        Assert.Equal(459, second.Status);
    }

    [Fact]
    [Rule("S18")]
    public async Task Setup_PlayingTrack_Answers455WithAllow()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        await Until.TrueAsync(() => host.Mount.ClientCount == 1);

        RtspTestResponse again = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=8-9", "Session: " + setup.Session);

        Assert.Equal(455, again.Status);
        Assert.Contains("PAUSE", again.Header("Allow"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S19")]
    public async Task Setup_OverUdp_AnswersInLive555sFormWithAnEvenPair()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=50000-50001");

        string transport = response.Header("Transport")!;
        Assert.StartsWith("RTP/AVP;unicast;destination=127.0.0.1;source=127.0.0.1;client_port=50000-50001;server_port=", transport, StringComparison.Ordinal);
        Assert.EndsWith(";ssrc=10000000", transport, StringComparison.Ordinal); // last: LIVE555's order stays
        int[] ports = [.. transport.Split("server_port=")[1].Split(';')[0].Split('-').Select(int.Parse)];
        Assert.Equal(0, ports[0] % 2);
        Assert.Equal(ports[0] + 1, ports[1]);
    }

    [Fact]
    [Rule("S19")]
    public async Task Setup_OverUdpWithOneClientPort_TakesTheNextForRtcp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=50000");

        Assert.Contains("client_port=50000-50001", response.Header("Transport"), StringComparison.Ordinal);
    }

    [Theory]
    [Rule("S20")]
    [InlineData("interleaved=6-7", "interleaved=6-7")]
    [InlineData("interleaved=9-4", "interleaved=9-4")]
    [InlineData("unicast", "interleaved=0-1")]
    [InlineData("interleaved=300-301", "interleaved=44-45")]
    [InlineData("interleaved=254-255", "interleaved=0-1")]
    public async Task Setup_Interleaved_HonoursTheClientsChannels(string asked, string answered)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;" + asked);

        Assert.Equal("RTP/AVP/TCP;unicast;destination=127.0.0.1;source=127.0.0.1;" + answered + ";ssrc=10000000", response.Header("Transport"));
    }

    [Fact]
    [Rule("S20")]
    public async Task Setup_ChannelsTakenByAnotherTrack_AreReplacedByFreeOnes()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        RtspTestResponse second = await client.RequestAsync("SETUP", host.Url + "/track2", Tcp01, "Session: " + first.Session);
        RtspTestResponse otherSession = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);

        Assert.EndsWith("interleaved=2-3;ssrc=10000001", second.Header("Transport"), StringComparison.Ordinal);
        Assert.EndsWith("interleaved=4-5;ssrc=10000000", otherSession.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S20")]
    public async Task Setup_SameTrackAgain_MayKeepOrChangeItsChannels()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        RtspTestResponse same = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01, "Session: " + first.Session);
        RtspTestResponse udp = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001", "Session: " + first.Session);

        Assert.EndsWith("interleaved=0-1;ssrc=10000000", same.Header("Transport"), StringComparison.Ordinal);
        Assert.Contains("client_port=5000-5001", udp.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S21")]
    public async Task Setup_DestinationOfSomebodyElse_IsIgnored()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;destination=192.0.2.99;client_port=5000-5001");

        Assert.Equal(200, response.Status);
        Assert.Contains("destination=127.0.0.1;", response.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S22")]
    public async Task Setup_Multicast_Answers461()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(461, (await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;multicast;port=5000-5001;ttl=16")).Status);
    }

    [Fact]
    [Rule("S23")]
    public async Task Record_AfterSetup_Answers405()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);

        RtspTestResponse response = await client.RequestAsync("RECORD", host.Url, "Session: " + setup.Session);

        Assert.Equal(405, response.Status);
        Assert.NotNull(response.Header("Allow"));
    }

    [Fact]
    [Rule("S35")]
    public async Task Setup_TwiceWithoutSession_MakesTwoSessions()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse one = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);
        RtspTestResponse two = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=2-3");

        Assert.NotEqual(one.Session, two.Session);
        Assert.Equal(2, host.Frontend.Limits.Clients);
    }

    [Theory]
    [Rule("S44")]
    [InlineData("?token=1/track1")]
    [InlineData("/track1?token=1")]
    [InlineData("/track1")]
    [InlineData("/track1/")]
    public async Task Setup_TrackUrlWithQuery_FindsTheTrack(string suffix)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + suffix, Tcp01)).Status);
    }

    [Fact]
    public async Task Setup_UnknownTrack_Answers404()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal("RTSP/1.0 404 Stream Not Found", (await client.RequestAsync("SETUP", host.Url + "/track3", Tcp01)).StatusLine);
        Assert.Equal("RTSP/1.0 404 Stream Not Found", (await client.RequestAsync("SETUP", host.Url + "x/track1", Tcp01)).StatusLine);
    }

    [Fact]
    public async Task Setup_StreamUrlOfSeveralTracks_Answers459AndOfOneTrackWorks()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("mono", tracks: 1);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(459, (await client.RequestAsync("SETUP", host.Url, Tcp01)).Status);
        Assert.Equal(200, (await client.RequestAsync("SETUP", $"rtsp://127.0.0.1:{host.Port}/mono", Tcp01)).Status);
        using RtspTestClient other = await host.ConnectAsync();
        Assert.Equal(200, (await other.RequestAsync("SETUP", $"rtsp://127.0.0.1:{host.Port}/mono?token=ab/cd", Tcp01)).Status);
    }

    [Fact]
    public async Task Setup_TransportsMixedInASession_Answers461()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);

        RtspTestResponse mixed = await client.RequestAsync("SETUP", host.Url + "/track2", "Transport: RTP/AVP;unicast;client_port=5000-5001", "Session: " + setup.Session);

        Assert.Equal(461, mixed.Status);
    }

    [Fact]
    public async Task Setup_MoreClientsThanTheLimit_Answers453AndARoomIsFreeAfterATeardown()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1 });
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse first = await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01);

        // The second track of the same client is no second client.
        Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track2", Tcp01, "Session: " + first.Session)).Status);
        Assert.Equal("RTSP/1.0 453 Not Enough Bandwidth", (await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01)).StatusLine);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + first.Session)).Status);
        Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Setup_MoreClientsThanAnAddressOrAMountMayHave_Answers453(bool perAddress)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(
            o => perAddress ? o with { MaxClientsPerAddress = 2 } : o with { MaxClientsPerMount = 2 });
        using RtspTestClient client = await host.ConnectAsync();

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01)).Status);
        }

        Assert.Equal(453, (await client.RequestAsync("SETUP", host.Url + "/track1", Tcp01)).Status);
    }
}
