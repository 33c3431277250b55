using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>What viewers of a recorder get counts among what goes out, and is no more than one of them may have.</summary>
public sealed class ReplayEgressTests
{
    /// <summary>A packet of 12,500 bytes: ten a second are one Mbit/s.</summary>
    private const int PayloadBytes = 12_500 - 28;

    [Fact]
    public async Task Egress_OneViewerTooMany_453_AndHisPlaceIsFreeWhenTheOtherGoes()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(time: time);
        (RtspTestClient viewer, string session) = await fixture.PlayAsync();
        await SendAsync(fixture, viewer, time);

        foreach (EgressLimits limits in (EgressLimits[])[new() { PerStreamMbits = 1.5 }, new() { TotalMbits = 1.5 }])
        {
            Limit(fixture, limits);
            Assert.Equal(453, await StatusAsync(fixture));
        }

        Assert.Contains(fixture.Host.Log.Loud, static line => line.Contains("a viewer was refused: the stream has 1.0 Mbit/s", StringComparison.Ordinal));
        Assert.Equal(1, fixture.Recorder.ConnectionCount); // it was not asked
        Limit(fixture, new EgressLimits { PerViewerMbits = 1.5, PerStreamMbits = 2.5, TotalMbits = 2.5 });
        Assert.Equal(200, await StatusAsync(fixture));
        Limit(fixture, new EgressLimits { TotalMbits = 0.5 });
        Assert.Equal(200, (await viewer.RequestAsync("TEARDOWN", fixture.Host.Url, "Session: " + session)).Status);
        await Until.TrueAsync(async () => (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions == 0);
        Assert.Equal(200, await StatusAsync(fixture)); // what the last one got says nothing of him
    }

    [Fact]
    public async Task Egress_OfARecording_LeavesLessForWhoeverWatchesLive()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new();
        using ScriptedCamera recorder = new() { Sdp = ReplayFixture.Sdp };
        await using ProxyHost host = await ProxyHost.StartAsync(
            [ProxyHost.Stream("live", camera.Url), ProxyHost.Stream("cam", recorder.Url) with { IsReplay = true }], time: time);
        (RtspTestClient live, _) = await host.WatchAsync(name: "live");
        (RtspTestClient past, string session) = await host.WatchAsync();
        CameraTrack video = new(camera);
        for (int i = 0; i < 60; i++)
        {
            video.SendPicture(bytes: 12_500);
            recorder.SendRaw(ReplayFixture.Frame(i, payloadBytes: PayloadBytes));
            await ProxyHost.ReadAsync(live);
            await ProxyHost.ReadAsync(past);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // One Mbit/s each. What the recorder's viewer gets is told once a second.
        host.Engine.ChangeLimits(host.Engine.Limits with { Egress = new EgressLimits { TotalMbits = 2.5 } });
        await Until.TrueAsync(async () => await LiveStatusAsync(host) == 453);
        Assert.Equal(200, (await past.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        await Until.TrueAsync(async () => await LiveStatusAsync(host) == 200);
    }

    /// <summary>The recorder sends as fast as it is read; the clock says how fast that may be.</summary>
    [Fact]
    public async Task Pace_OverTcp_IsTheLimitOfOneViewer_AndAnAnswerDoesNotWaitForIt()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(time: time);
        Limit(fixture, new EgressLimits { PerViewerMbits = 1, TotalMbits = 100 });
        (RtspTestClient viewer, string session) = await fixture.PlayAsync();
        Task sending = Task.Run(() => Send(fixture, 40));

        // A second in one go, and one more that says that it is too much.
        int number = await ReadAsync(viewer, 0, 11);
        Assert.True(await viewer.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        for (; number < 31; number++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(number, (await viewer.ReadFrameAsync()).SequenceNumber);
        }

        Assert.True(await viewer.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        await Until.TrueAsync(() => fixture.Host.Log.Texts.Any(static line => line.Contains("gets it at that pace", StringComparison.Ordinal)));

        await sending;
        await viewer.SendAsync(viewer.Request("PAUSE", fixture.Host.Url, "Session: " + session));
        await Until.TrueAsync(() => fixture.Recorder.Count("PAUSE") == 1);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(200, (await viewer.ReadResponseAsync()).Status);
        Assert.Equal(40, await ReadAsync(viewer, number, 40));
    }

    /// <summary>A player's socket holds some hundred packets: a recorder that is read as fast as it sends would fill it in no time.</summary>
    [Fact]
    public async Task Pace_OverUdp_IsWhatALineAndASocketTake_AndNothingIsLost()
    {
        const int Packets = 400;
        using UdpTestReceiver receiver = new();
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(time: time);
        (RtspTestClient client, _) = await fixture.PlayAsync(receiver.Transport["Transport: ".Length..]);
        Task sending = Task.Run(() =>
        {
            for (int i = 0; i < Packets; i++)
            {
                fixture.Recorder.SendRaw(ReplayFixture.Frame(i, payloadBytes: 1400));
            }
        });

        // 6 ms at 80 Mbit/s are 60,000 bytes; then 3 ms, or two packets more where they end between two.
        int number = 0;
        for (; number < 43; number++)
        {
            Assert.Equal(number, (await receiver.ReadRtpAsync()).Packet.SequenceNumber);
        }

        Assert.True(await receiver.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        for (; number < Packets; number++)
        {
            await Until.TrueAsync(() =>
            {
                time.Advance(TimeSpan.FromMilliseconds(receiver.HasNoRtp ? 1 : 0));
                return !receiver.HasNoRtp;
            });
            Assert.Equal(number, (await receiver.ReadRtpAsync()).Packet.SequenceNumber);
        }

        await sending;
        client.Dispose();
    }

    private static void Limit(ReplayFixture fixture, EgressLimits limits) =>
        fixture.Host.Engine.ChangeLimits(fixture.Host.Engine.Limits with { Egress = limits });

    private static void Send(ReplayFixture fixture, int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            fixture.Recorder.SendRaw(ReplayFixture.Frame(i, payloadBytes: PayloadBytes));
        }
    }

    /// <summary>One Mbit/s for 6 s.</summary>
    private static async Task SendAsync(ReplayFixture fixture, RtspTestClient viewer, FakeTimeProvider time)
    {
        for (int i = 0; i < 60; i++)
        {
            fixture.Recorder.SendRaw(ReplayFixture.Frame(i, payloadBytes: PayloadBytes));
            await viewer.ReadFrameAsync();
            time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    private static async Task<int> ReadAsync(RtspTestClient viewer, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            Assert.Equal(i, (await viewer.ReadFrameAsync()).SequenceNumber);
        }

        return to;
    }

    /// <summary>What a further viewer is told; it goes again.</summary>
    private static async Task<int> StatusAsync(ReplayFixture fixture)
    {
        long sessions = (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions!.Value;
        int status;
        using (RtspTestClient client = await fixture.Host.ConnectAsync())
        {
            status = (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status;
        }

        await Until.TrueAsync(async () => (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions == sessions);
        return status;
    }

    private static async Task<int> LiveStatusAsync(ProxyHost host)
    {
        using RtspTestClient client = await host.ConnectAsync();
        string url = host.UrlOf("live");
        RtspTestResponse setup = await client.RequestAsync("SETUP", url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        int status = (await client.RequestAsync("PLAY", url, "Session: " + setup.Session)).Status;
        await client.RequestAsync("TEARDOWN", url, "Session: " + setup.Session);
        return status;
    }
}
