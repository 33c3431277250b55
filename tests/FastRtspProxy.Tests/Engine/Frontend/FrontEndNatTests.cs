using System.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A NAT between us and a player changes its UDP ports: what it announced is not where it can be reached.</summary>
public sealed class FrontEndNatTests
{
    private static async Task<(string Session, int ServerPort)> SetUpAsync(FrontEndHost host, RtspTestClient client, UdpTestReceiver announced, string track = "track1", string? session = null)
    {
        RtspTestResponse setup = session is null
            ? await client.RequestAsync("SETUP", $"{host.Url}/{track}", announced.Transport)
            : await client.RequestAsync("SETUP", $"{host.Url}/{track}", announced.Transport, "Session: " + session);
        Assert.Equal(200, setup.Status);
        return (setup.Session!, PlayDialogue.ServerPort(setup));
    }

    private static Task<RtspTestResponse> PlayAsync(FrontEndHost host, RtspTestClient client, string session) => client.RequestAsync("PLAY", host.Url, "Session: " + session);

    /// <summary>Punches and RTCP are read in the order of their arrival at one socket only: waits until the shard has read what was sent.</summary>
    private static async Task PunchAsync(FrontEndHost host, UdpTestReceiver from, int serverPort)
    {
        await from.SendPunchAsync(serverPort);
        long before = host.FrontEnd.Counters.RtcpStray;
        using UdpTestReceiver stranger = new(IPAddress.Parse("127.0.0.9"));
        for (int i = 0; i < 2; i++)
        {
            await stranger.SendRtcpAsync([1], serverPort + 1);
            Assert.True(await Eventually.HoldsAsync(() => host.FrontEnd.Counters.RtcpStray > before + i));
        }
    }

    private static async Task ReportAsync(FrontEndHost host, UdpTestReceiver from, int serverPort, int track = 0)
    {
        long before = host.FrontEnd.Counters.RtcpReceived;
        await from.SendRtcpAsync(UdpTestReceiver.ReceiverReport(host.Mount.Tracks[track].Ssrc), serverPort + 1);
        Assert.True(await Eventually.HoldsAsync(() => host.FrontEnd.Counters.RtcpReceived > before));
    }

    private static async Task AssertRtpAtAsync(FrontEndHost host, UdpTestReceiver receiver, int track = 0)
    {
        receiver.Drain();
        await host.Mount.EmitAsync(track);
        await receiver.ReadRtpAsync();
    }

    [Fact]
    public async Task Punch_BeforePlay_RtpGoesWhereItCameFromOnce()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), real = new(), later = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, real, serverPort);
        await PunchAsync(host, later, serverPort);
        await PlayAsync(host, client, session);

        await AssertRtpAtAsync(host, real);
        Assert.True(await announced.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        Assert.True(await later.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Punch_FromTheAnnouncedPort_SettlesIt()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), other = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, announced, serverPort);
        await PunchAsync(host, other, serverPort);
        await PlayAsync(host, client, session);
        await ReportAsync(host, other, serverPort);
        await PunchAsync(host, other, serverPort);

        await AssertRtpAtAsync(host, announced);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Punch_AfterPlay_CountsWithRtcpFromAnotherPortToo(bool punchesFirst)
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), real = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        await PlayAsync(host, client, session);
        await AssertRtpAtAsync(host, announced); // in step with the others by then

        if (punchesFirst)
        {
            await PunchAsync(host, real, serverPort);
            await AssertRtpAtAsync(host, announced);
            await ReportAsync(host, real, serverPort);
        }
        else
        {
            await ReportAsync(host, real, serverPort);
            await PunchAsync(host, real, serverPort);
        }

        await AssertRtpAtAsync(host, real);
        Assert.True(await announced.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Punch_ElevenSecondsBeforeTheEvidence_IsForgotten()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), real = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        await PlayAsync(host, client, session);
        await PunchAsync(host, real, serverPort);

        await host.AdvanceAsync(TimeSpan.FromSeconds(11));
        await ReportAsync(host, real, serverPort);
        await AssertRtpAtAsync(host, announced);

        await PunchAsync(host, real, serverPort);
        await AssertRtpAtAsync(host, real);
    }

    [Fact]
    public async Task Punch_SeveralTracks_TheOneWhoseRtcpIsNextElseInTheOrderOfTheirSetups()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced1 = new(), announced2 = new(), real1 = new(), real2 = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced1, "track2");
        _ = await SetUpAsync(host, client, announced2, "track1", session);

        await PunchAsync(host, real1, serverPort);
        await PunchAsync(host, real2, serverPort);
        await PlayAsync(host, client, session);

        await AssertRtpAtAsync(host, real1, track: 1);
        await AssertRtpAtAsync(host, real2, track: 0);
    }

    [Fact]
    public async Task Punch_TwoSessionsOfTheHostWait_NobodysIsMoved()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), announcedToo = new(), real = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        (string other, _) = await SetUpAsync(host, second, announcedToo);

        await PunchAsync(host, real, serverPort);
        await PlayAsync(host, client, session);
        await PlayAsync(host, second, other);
        await host.Mount.EmitAsync(0);
        await announced.ReadRtpAsync();
        await announcedToo.ReadRtpAsync();

        // The neighbour that is reached where it said leaves one to ask.
        await PunchAsync(host, announcedToo, serverPort);
        await ReportAsync(host, announcedToo, serverPort);
        await ReportAsync(host, real, serverPort);
        await PunchAsync(host, real, serverPort);
        await AssertRtpAtAsync(host, real);
        await announcedToo.ReadRtpAsync();
    }

    [Fact]
    public async Task Punch_FromAnAddressThatAnotherSessionHolds_MovesNothing()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver holder = new(), announced = new();
        (string first, int serverPort) = await SetUpAsync(host, client, holder);
        await PunchAsync(host, holder, serverPort);
        (string session, _) = await SetUpAsync(host, second, announced);
        await PlayAsync(host, client, first);

        await PunchAsync(host, holder, serverPort);
        await PlayAsync(host, second, session);

        await host.Mount.EmitAsync(0);
        await announced.ReadRtpAsync();
        await holder.ReadRtpAsync();
    }

    [Fact]
    public async Task Punch_FromAnotherHost_MovesNothing()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), stranger = new(IPAddress.Parse("127.0.0.8"));
        (string session, int serverPort) = await SetUpAsync(host, client, announced);

        await PunchAsync(host, stranger, serverPort);
        await PlayAsync(host, client, session);

        await AssertRtpAtAsync(host, announced);
    }

    [Fact]
    public async Task Punch_MovedSessionEnds_ItsNewAddressIsNobodysAgain()
    {
        await using FrontEndHost host = await FrontEndHost.StartAsync(shards: 1);
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver announced = new(), real = new();
        (string session, int serverPort) = await SetUpAsync(host, client, announced);
        await PunchAsync(host, real, serverPort);
        await PlayAsync(host, client, session);
        Assert.Equal(2, host.FrontEnd.UdpAddresses.Count);

        await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session);

        Assert.True(await Eventually.HoldsAsync(() => host.FrontEnd.UdpAddresses.Count == 0));
        (session, _) = await SetUpAsync(host, client, real);
        await PlayAsync(host, client, session);
        await AssertRtpAtAsync(host, real);
    }
}
