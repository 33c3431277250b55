using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>PAUSE, TEARDOWN, and ends that come from elsewhere.</summary>
public sealed class FrontendStopTests
{
    [Theory]
    [Rule("R4")]
    [Rule("S28")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pause_PlayingSession_StopsTheMediaAndPlayResumesWithTrueNumbers(bool udp)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        string session = udp ? await SetUpUdpAsync(host, client, receiver) : await SetUpTcpAsync(host, client, tracks: 1);
        Func<Task<InterleavedPacket>> read = async () => udp ? (await receiver.ReadRtpAsync()).Packet : await client.ReadFrameAsync();

        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        await host.Mount.EmitAsync(0);
        ushort before = (await read()).SequenceNumber;

        RtspTestResponse pause = await client.RequestAsync("PAUSE", host.Url, "Session: " + session);
        Assert.Equal(200, pause.Status);
        Assert.Equal(session, pause.Session);
        Assert.Equal(1, host.Mount.Leaves);
        await host.Mount.EmitAsync(0, 10);
        Assert.True(udp ? await receiver.IsSilentAsync(TimeSpan.FromMilliseconds(100)) : await client.IsSilentAsync(TimeSpan.FromMilliseconds(100)));

        RtspTestResponse resumed = await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);
        InterleavedPacket after = await read();
        Assert.Equal(RtpInfoHeader.Parse(resumed.Header("RTP-Info")!)[0].Seq, after.SequenceNumber);
        Assert.Equal((ushort)(before + 11), after.SequenceNumber);
    }

    [Fact]
    [Rule("S28")]
    public async Task Pause_SessionThatDoesNotPlay_Answers200()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    [Rule("S29")]
    public async Task Teardown_OneOfTwoClients_LeavesTheOtherPlaying()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient one = await host.ConnectAsync();
        using RtspTestClient two = await host.ConnectAsync();
        string first = await SetUpTcpAsync(host, one, tracks: 1);
        string second = await SetUpTcpAsync(host, two, tracks: 1);
        await one.RequestAsync("PLAY", host.Url, "Session: " + first);
        await two.RequestAsync("PLAY", host.Url, "Session: " + second);

        Assert.Equal(200, (await one.RequestAsync("TEARDOWN", host.Url, "Session: " + first)).Status);
        await host.Mount.EmitAsync(0, 3);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await two.ReadFrameAsync()).Channel);
        }

        Assert.True(await one.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(1, host.Mount.ClientCount);
    }

    [Fact]
    [Rule("S29")]
    public async Task Pause_OneOfSeveralPlayingTracks_Answers460()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0);
        await client.ReadFrameAsync();

        Assert.Equal(460, (await client.RequestAsync("PAUSE", host.Url + "/track1", "Session: " + session)).Status);
        Assert.Equal(460, (await client.RequestAsync("TEARDOWN", host.Url + "/track1", "Session: " + session)).Status);
        await host.Mount.EmitAsync(0);
        Assert.Equal(0, (await client.ReadFrameAsync()).Channel);
    }

    [Fact]
    [Rule("S30")]
    public async Task Teardown_PlayingSession_IsGoneAndMediaStops()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        string session = await SetUpUdpAsync(host, client, receiver);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);

        RtspTestResponse teardown = await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0, 5);

        Assert.Equal(200, teardown.Status);
        Assert.Null(teardown.Session);
        Assert.True(await receiver.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(454, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        Assert.Equal(0, host.Mount.ClientCount);
        Assert.Equal(0, host.Frontend.Limits.Clients);
    }

    [Fact]
    [Rule("S30")]
    public async Task Teardown_OnlyTrackByItsUrl_EndsTheSession()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client);

        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url + "/track1", "Session: " + session)).Status);
        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url + "/track2", "Session: " + session)).Status);
        Assert.Equal(454, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
    }

    [Theory]
    [Rule("R3")]
    [InlineData((int)MountEnd.HoldExpired)]
    [InlineData((int)MountEnd.Removed)]
    [InlineData((int)MountEnd.ProgrammeEnded)]
    public async Task MountEnds_ClientsGetByeAndTheirSessionAnswers454ButTearsDown(int cause)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient tcp = await host.ConnectAsync();
        using RtspTestClient control = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        string interleaved = await SetUpTcpAsync(host, tcp, tracks: 1);
        string overUdp = await SetUpUdpAsync(host, control, receiver);
        await tcp.RequestAsync("PLAY", host.Url, "Session: " + interleaved);
        await control.RequestAsync("PLAY", host.Url, "Session: " + overUdp);

        host.Mount.EndClients((MountEnd)cause);

        InterleavedPacket bye = await tcp.ReadFrameAsync();
        Assert.Equal(1, bye.Channel);
        Assert.True(HasBye(bye.Payload, host.Mount.Tracks[0].Ssrc));
        Assert.True(HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.Equal(454, (await tcp.RequestAsync("GET_PARAMETER", host.Url, "Session: " + interleaved)).Status);
        Assert.Equal(454, (await control.RequestAsync("OPTIONS", host.Url, "Session: " + overUdp)).Status);

        // A TEARDOWN of what we ended ourselves finds it ended, once; another connection's session stays unknown.
        Assert.Equal(454, (await control.RequestAsync("TEARDOWN", host.Url, "Session: " + interleaved)).Status);
        Assert.Equal(200, (await tcp.RequestAsync("TEARDOWN", host.Url, "Session: " + interleaved)).Status);
        Assert.Equal(454, (await tcp.RequestAsync("TEARDOWN", host.Url, "Session: " + interleaved)).Status);
        Assert.Equal(200, (await control.RequestAsync("TEARDOWN", host.Url, "Session: " + overUdp)).Status);
    }

    [Theory]
    [InlineData(false, "PLAY", false)]
    [InlineData(false, "SETUP", false)]
    [InlineData(true, "PLAY", false)]
    [InlineData(true, "GET_PARAMETER", false)]
    [InlineData(true, "PLAY", true)]
    public async Task MountIsOfAnotherShape_SessionsThatDoNotPlayEndWithTheirNextRequest(bool wasPaused, string method, bool isWhileAsked)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);
        if (wasPaused)
        {
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
            Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
        }

        if (isWhileAsked)
        {
            host.Mount.Outcome = PlayOutcome.Outdated; // the mount has changed, and is alone to know it yet
        }
        else
        {
            host.Mount.ChangeShape();
        }

        string[] headers = ["Session: " + session, "Transport: RTP/AVP/TCP;unicast;interleaved=2-3"];
        await client.SendAsync(client.Request(method, host.Url + (method == "SETUP" ? "/track2" : ""), headers));
        Assert.True(HasBye((await client.ReadFrameAsync()).Payload, host.Mount.Tracks[0].Ssrc));
        Assert.Equal(454, (await client.ReadResponseAsync()).Status);
        host.Mount.Outcome = PlayOutcome.Playing;
        Assert.Equal(454, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);

        session = await SetUpTcpAsync(host, client, tracks: 1);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        Assert.Equal(host.Mount.Shape, host.Mount.Wishes[^1].Shape);
    }

    /// <summary>One that asks for nothing keeps no place for what comes no more, and hears of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MountIsOfAnotherShape_SessionsThatDoNotPlayEndWithinASecondWithoutARequest(bool wasPaused)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);
        if (wasPaused)
        {
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
            Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
        }

        host.Mount.ChangeShape();
        string ofTheNewShape = await SetUpTcpAsync(host, other, tracks: 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.True(HasBye((await client.ReadFrameAsync()).Payload, host.Mount.Tracks[0].Ssrc));
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status); // it finds it ended
        Assert.Equal(1, host.Frontend.Limits.Clients);
        Assert.Equal(200, (await other.RequestAsync("PLAY", host.Url, "Session: " + ofTheNewShape)).Status);
    }

    [Fact]
    [Rule("R3")]
    public async Task Stop_PlayingClients_GetByeAndAreClosedWithoutAWait()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient tcp = await host.ConnectAsync();
        using RtspTestClient control = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        await tcp.RequestAsync("PLAY", host.Url, "Session: " + await SetUpTcpAsync(host, tcp, tracks: 1));
        await control.RequestAsync("PLAY", host.Url, "Session: " + await SetUpUdpAsync(host, control, receiver));

        await host.StopFrontendAsync().WaitAsync(RtspTestClient.Limit); // the clock stands still: nobody is waited for
        Assert.True(HasBye((await tcp.ReadFrameAsync()).Payload, host.Mount.Tracks[0].Ssrc));
        Assert.True(HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.True(await tcp.IsClosedAsync());
        Assert.True(await control.IsClosedAsync());
        Assert.Equal(0, host.Mount.ClientCount);
    }
}
