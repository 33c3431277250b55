using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>A viewer's session with the recorder begins and ends with the viewer's own, whichever ends first, and is one of so many.</summary>
public sealed class ReplayLifeTests
{
    /// <summary>RTCP's packet type of a BYE (RFC 3550 section 12.1).</summary>
    private const byte Bye = 203;

    [Fact]
    public async Task MaxViewers_AreTaken_453_AndAPlaceIsFreeBehindATeardown()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(stream: static stream => stream with { Settings = new StreamSettings { MaxClients = 1 } });
        (RtspTestClient first, string session) = await fixture.PlayAsync();
        using RtspTestClient second = await fixture.Host.ConnectAsync();

        Assert.Equal(453, (await second.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        Assert.Equal(1, fixture.Recorder.ConnectionCount);
        Assert.Contains(fixture.Host.Log.Loud, static line => line.Contains("its maxViewers allows no more", StringComparison.Ordinal));

        Assert.Equal(200, (await first.RequestAsync("TEARDOWN", fixture.Host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await second.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
    }

    /// <summary>
    /// A viewer's connection with the recorder is one of its address's, so that no crowd of viewers takes the descriptors of cameras with it.
    /// </summary>
    [Fact]
    public async Task Connections_WithTheRecorder_CountAsTheViewers()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            change: static o => o with { MaxClients = 1, MaxClientsPerAddress = 1 }, time: new FakeTimeProvider());
        _ = await fixture.Host.ConnectAsync();
        int viewers = (FrontendLimits.ConnectionsFor(1) - 2) / 2;
        RtspTestClient[] clients = new RtspTestClient[viewers];
        for (int i = 0; i < viewers; i++)
        {
            clients[i] = await fixture.Host.ConnectAsync();
            Assert.Equal(200, (await clients[i].RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        }

        RtspTestClient last = await fixture.Host.ConnectAsync();
        Assert.Equal(453, (await last.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        Assert.Equal(viewers, fixture.Recorder.ConnectionCount);

        clients[0].Dispose();
        await Until.TrueAsync(async () => (await last.RequestAsync("DESCRIBE", fixture.Host.Url)).Status == 200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Viewer_Goes_TheRecorderIsToldAtOnce(bool plays)
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, _) = plays ? await fixture.PlayAsync() : await fixture.SetUpAsync();

        client.Dispose();

        await Until.TrueAsync(() => fixture.Recorder.Count("TEARDOWN") == 1 && fixture.Recorder.OpenConnections == 0);
        await Until.TrueAsync(async () => (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions == 0);
    }

    [Fact]
    public async Task Viewer_OnlyDescribes_ItsConnectionToTheRecorderGoesWithItsOwn()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        RtspTestClient client = await fixture.Host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        Assert.Equal(1, fixture.Recorder.OpenConnections);

        client.Dispose();

        await Until.TrueAsync(() => fixture.Recorder.OpenConnections == 0);
    }

    /// <summary>A recorder has few sessions: who has described and does nothing more keeps none from others. It may set up all the same.</summary>
    [Fact]
    public async Task Viewer_DescribesAndWaits_LosesItsPlace_AndGetsAnotherWithSetup()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(time: time);
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);

        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(30), () => fixture.Recorder.OpenConnections == 0, "the recorder is let go");

        Assert.Equal(200, (await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Status);
        Assert.Equal(2, fixture.Recorder.ConnectionCount);
    }

    [Fact]
    public async Task Recorder_DropsOneViewer_ThatOneIsToldAndTheOtherGoesOn()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient first, string session) = await fixture.PlayAsync();
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));
        Assert.Equal(1, (await first.ReadFrameAsync()).SequenceNumber);
        (RtspTestClient second, string other) = await fixture.PlayAsync();

        fixture.Recorder.DropOldestConnection();

        InterleavedPacket bye = await first.ReadFrameAsync();
        Assert.Equal((7, true), (bye.Channel, bye.Payload.AsSpan().IndexOf(Bye) >= 0));
        Assert.Equal(454, (await first.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);
        fixture.Recorder.SendRaw(ReplayFixture.Frame(2));
        Assert.Equal(2, (await second.ReadFrameAsync()).SequenceNumber);
        Assert.Equal(200, (await second.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + other)).Status);
    }

    /// <summary>The end of a recording: its BYE goes through, and what comes after is the recorder's to say.</summary>
    [Fact]
    public async Task Recording_Ends_ItsByeGoesThrough_AndTheSessionGoesOn()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        fixture.Recorder.SendRaw([.. ReplayFixture.Frame(1), .. ScriptedCamera.FrameBytes(1, ScriptedCamera.ByeBytes(0x51525354))]);

        Assert.Equal(1, (await client.ReadFrameAsync()).SequenceNumber);
        Assert.Equal(ScriptedCamera.ByeBytes(0x51525354), (await client.ReadFrameAsync()).Payload);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Range: clock=20261125T100000Z-")).Status);
    }

    /// <summary>The recorder's session lives as long as the viewer's, whoever is silent.</summary>
    [Theory]
    [InlineData(200, "GET_PARAMETER")]
    [InlineData(501, "OPTIONS")]
    public async Task KeepAlive_IsOurs_ByAMethodThatTheRecorderTakes(int status, string method)
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            request => request.Method == "GET_PARAMETER" ? ScriptedReply.Of(status, "So") : null, time: time);
        fixture.Recorder.TimeoutSeconds = 10;
        (RtspTestClient client, _) = await fixture.PlayAsync();

        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(60), () => fixture.Recorder.Count(method) >= 2, "two keep-alives");

        Assert.Equal(status == 200 ? 0 : 1, fixture.Recorder.Count(status == 200 ? "OPTIONS" : "GET_PARAMETER"));
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));
        Assert.Equal(1, (await client.ReadFrameAsync()).SequenceNumber);
    }

    [Fact]
    public async Task KeepAlive_TheRecorderKnowsTheSessionNoLonger_TheViewersEnds()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            static request => request.Method == "GET_PARAMETER" ? ScriptedReply.Of(454, "Session Not Found") : null, time: time);
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(60), () => fixture.Recorder.OpenConnections == 0, "the session is over");

        Assert.Equal(454, (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task Stream_IsRemovedOrAnotherRecorder_ViewersEndAndTheRecorderIsTold()
    {
        using ScriptedCamera next = new() { Sdp = ReplayFixture.Sdp };
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, string session) = await fixture.PlayAsync();
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));
        Assert.Equal(1, (await client.ReadFrameAsync()).SequenceNumber);

        await fixture.Host.Engine.Streams.ChangeAsync(ProxyHost.Stream("cam", next.Url) with { IsReplay = true });

        Assert.Equal(7, (await client.ReadFrameAsync()).Channel); // BYE
        await Until.TrueAsync(() => fixture.Recorder.Count("TEARDOWN") == 1);
        Assert.Equal(454, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session)).Status);
        (_, session) = await fixture.PlayAsync();
        Assert.Equal(1, next.Count("PLAY"));

        await fixture.Host.Engine.Streams.RemoveAsync("cam");

        await Until.TrueAsync(() => next.Count("TEARDOWN") == 1);
        Assert.Equal(404, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_BecomesOrIsNoReplay_IsServedTheOtherWay(bool becomes)
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(stream: stream => stream with { IsReplay = !becomes });
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        await fixture.Host.Engine.Streams.ChangeAsync(ProxyHost.Stream("cam", fixture.Recorder.Url) with { IsReplay = becomes });

        await Until.TrueAsync(() => fixture.Recorder.Count("TEARDOWN") == 1);
        await Until.TrueAsync(async () => (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status == 454);
        (RtspTestClient other, _) = await fixture.PlayAsync();
        Assert.Equal(becomes, (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions is not null);
        other.Dispose();
    }

    [Fact]
    public async Task Wildcard_ARecordingThatIsWatched_Stays()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            stream: static stream => stream with { Name = "cam*", Url = stream.Url + "/${1}", Settings = new StreamSettings { Linger = TimeSpan.FromSeconds(2) } },
            time: time);
        RtspTestClient client = await fixture.Host.ConnectAsync();
        string url = fixture.Host.UrlOf("cam7");
        RtspTestResponse setUp = await client.RequestAsync("SETUP", url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        Assert.Equal((200, fixture.Recorder.Url + "/7"), (setUp.Status, fixture.Recorder.Requests[0].Uri));
        Assert.Equal(200, (await client.RequestAsync("PLAY", url, "Session: " + setUp.Session)).Status);

        for (int i = 0; i < 40; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", url, "Session: " + setUp.Session)).Status);
        }

        Assert.Equal(200, (await client.RequestAsync("PAUSE", url, "Session: " + setUp.Session)).Status);
        client.Dispose();
        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(60), () => fixture.Host.Engine.Status.StreamAsync("cam7").Result is null, "it goes");
    }

    [Fact]
    public async Task Stop_TellsTheRecorder()
    {
        ScriptedCamera recorder;
        await using (ReplayFixture fixture = await ReplayFixture.StartAsync())
        {
            _ = await fixture.PlayAsync();
            _ = await fixture.PlayAsync();
            recorder = fixture.Recorder;
            await fixture.Host.DisposeAsync();
            await Until.TrueAsync(() => recorder.Count("TEARDOWN") == 2);
        }
    }
}
