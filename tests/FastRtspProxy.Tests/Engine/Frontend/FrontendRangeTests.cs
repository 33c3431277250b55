using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Moments that a client names with its PLAY, and what it is told of them.</summary>
public sealed class FrontendRangeTests
{
    [Fact]
    public async Task Play_FromAMoment_IsAskedOfTheMountAndTheAnswerSaysWhereItBegins()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;
        long nowMicros = host.Mount.Shard.NowMicros;
        host.Mount.FromMicros = nowMicros - 8_000_000; // more is not kept

        RtspTestResponse response = await client.RequestAsync(
            "PLAY", host.Url, "Session: " + session, "Range: " + ClockRange.Format(now.AddSeconds(-10)));

        Assert.Equal((200, ClockRange.Format(now.AddSeconds(-8))), (response.Status, response.Header("Range")));
        PlayWish wish = Assert.Single(host.Mount.Wishes);
        Assert.Equal(StartMode.Past, wish.Start);
        Assert.InRange(wish.FromMicros!.Value, nowMicros - 10_001_000, nowMicros - 9_999_000);
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(-10, -10)]
    [InlineData(-10, -11)]
    [InlineData(null, -1)]
    public async Task Play_OfWhatCannotBe_IsAnswered457AndTheSessionGoesOn(int? from, int? to)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        string range = "clock=" + Moment(from) + "-" + Moment(to);

        Assert.Equal(457, (await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + range)).Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);

        string Moment(int? seconds) => seconds is { } s ? ClockRange.Format(host.Frontend.UtcNow.AddSeconds(s))["clock=".Length..^1] : "";
    }

    /// <summary>It would play live, and say so as if that were what was asked for.</summary>
    [Theory]
    [Rule("S24")]
    [InlineData("clock=20261125T101500-")] // no Z
    [InlineData("clock=20261125T101500Z")] // no dash
    [InlineData("clock=2026-11-25T10:15:00Z-")]
    public async Task Play_FromAMomentThatCannotBeRead_IsAnswered457AndTheSessionGoesOn(string range)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);

        Assert.Equal(457, (await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + range)).Status);
        Assert.Empty(host.Mount.Wishes);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
    }

    /// <summary>Nothing is named, so what plays is what was asked for.</summary>
    [Theory]
    [InlineData("clock=")]
    [InlineData("clock=now-")]
    [InlineData("smpte=10:07:00-")]
    public async Task Play_NamingNoMoment_IsLive(string range)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);

        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + range)).Status);

        PlayWish wish = Assert.Single(host.Mount.Wishes);
        Assert.Equal((null, null, null), (wish.Start, wish.FromMicros, wish.ToMicros));
    }

    [Fact]
    public async Task Play_ByAUrlWithALength_IsAskedOfTheMount()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url + "?start=-10s", "Session: " + session);

        Assert.Equal((200, "npt=0.000-"), (response.Status, response.Header("Range")));
        Assert.Equal(host.Mount.Shard.NowMicros - 10_000_000, Assert.Single(host.Mount.Wishes).FromMicros);
    }

    /// <summary>VMSs stamp what they record by it.</summary>
    [Fact]
    public async Task Play_NamingAnOnvifTag_IsToldTheTime()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Require: implicit-play, onvif-replay");

        Assert.Equal((200, ClockRange.Format(host.Frontend.UtcNow)), (response.Status, response.Header("Range")));
        Assert.Null(Assert.Single(host.Mount.Wishes).FromMicros); // live all the same
    }

    /// <summary>ONVIF's words, as rtspsrc's onvif-mode has them.</summary>
    [Theory]
    [InlineData("no", false)]
    [InlineData("yes", true)]
    [InlineData("perhaps", null)]
    public async Task Play_WithRateControl_TheMountIsToldAndTheAnswerSaysSo(string value, bool? expected)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        string range = ClockRange.Format(host.Frontend.UtcNow.AddSeconds(-10));

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + range, "Rate-Control: " + value);

        Assert.Equal((200, expected is null ? null : value), (response.Status, response.Header("Rate-Control")));
        Assert.Equal(expected, Assert.Single(host.Mount.Wishes).IsRateControlled);
    }

    [Theory]
    [InlineData("npt=0-")]
    [InlineData("npt=0.000-")]
    [InlineData("npt=now-")]
    public async Task Play_InNpt_IsLive(string range)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + range);

        Assert.StartsWith("npt=", response.Header("Range"), StringComparison.Ordinal);
        PlayWish wish = Assert.Single(host.Mount.Wishes);
        Assert.Equal((null, null, null), (wish.Start, wish.FromMicros, wish.ToMicros));
    }

    [Fact]
    public async Task Play_OfWhatIsNotKeptAnyMore_IsAnswered457AndTheSessionGoesOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;
        host.Mount.Outcome = PlayOutcome.OutOfRange;

        RtspTestResponse response = await client.RequestAsync(
            "PLAY", host.Url, "Session: " + session, "Range: " + ClockRange.Format(now.AddHours(-2), now.AddHours(-1)));
        host.Mount.Outcome = PlayOutcome.Playing;

        Assert.Equal(457, response.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
    }

    /// <summary>Who names an end that is years away and goes leaves nothing behind.</summary>
    [Fact]
    public async Task Play_ToAMomentThatIsFarAway_IsForgottenWithItsSession()
    {
        const int Sessions = 40;
        await using FrontendHost host = await FrontendHost.StartAsync();
        int before = await host.TimersAsync();
        for (int i = 0; i < Sessions; i++)
        {
            using RtspTestClient client = await host.ConnectAsync();
            string session = await PlayDialogue.SetUpTcpAsync(host, client, tracks: 1);
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: clock=-99991231T235959Z")).Status);
            Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session)).Status);
        }

        await host.AdvanceAsync(TimeSpan.FromSeconds(62));

        Assert.InRange(await host.TimersAsync() - before, int.MinValue, Sessions / 4);
    }

    /// <summary>A PLAY to whoever plays changes nothing, so what it names is not where the media ends.</summary>
    [Fact]
    public async Task Play_WhilePlaying_IsToldTheEndThatThereIs()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;

        await PlayAsync(null);
        Assert.Equal(ClockRange.Format(now), await PlayAsync(ClockRange.Format(now, now.AddSeconds(9))));
        Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, "Session: " + session)).Status);
        await PlayAsync(ClockRange.Format(now, now.AddSeconds(5)));
        Assert.Equal(ClockRange.Format(now, now.AddSeconds(5)), await PlayAsync(ClockRange.Format(now)));
        Assert.Equal(1, host.Mount.ClientCount);

        async Task<string?> PlayAsync(string? range)
        {
            string[] headers = range is null ? ["Session: " + session] : ["Session: " + session, "Range: " + range];
            RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, headers);
            Assert.Equal(200, response.Status);
            return response.Header("Range");
        }
    }

    [Fact]
    public async Task Play_ToAMoment_EndsThereWithAByeAndCanBePlayedAgain()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver receiver = new();
        string session = await PlayDialogue.SetUpUdpAsync(host, client, receiver);
        DateTimeOffset end = host.Frontend.UtcNow.AddSeconds(5);

        RtspTestResponse response = await client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + ClockRange.Format(host.Frontend.UtcNow, end));
        Assert.EndsWith("-" + ClockRange.Format(end)["clock=".Length..^1], response.Header("Range"), StringComparison.Ordinal);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(1, host.Mount.ClientCount);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4)); // nothing comes that would tell sooner

        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
        Assert.True(PlayDialogue.HasBye(await receiver.ReadRtcpAsync(), host.Mount.Tracks[0].Ssrc));
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
    }

    /// <summary>Each track has the end that its own PLAY named, or none.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Play_TrackByTrackAndOneHasAnEnd_ThatOneEndsWithAByeAndTheOtherPlaysOn(int first)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;
        string range = ClockRange.Format(now, now.AddSeconds(5));
        await PlayAsync(first, first == 0 ? range : "clock=-");
        await PlayAsync(1 - first, first == 0 ? "clock=-" : range);
        Assert.Equal(range, await PlayAsync(0, "clock=-")); // a refresh
        Assert.Equal(ClockRange.Format(now), await PlayAsync(1, "clock=-"));
        await host.Mount.EmitAsync(0, 2);
        await host.Mount.EmitAsync(1, 3);
        int[] channels = [0, 0, 0, 0, 0];
        for (int i = 0; i < channels.Length; i++)
        {
            channels[i] = (await client.ReadFrameAsync()).Channel;
        }

        Assert.Equal([0, 0, 2, 2, 2], channels.Order());
        await host.AdvanceAsync(TimeSpan.FromSeconds(8));
        InterleavedPacket bye = await client.ReadFrameAsync();
        Assert.Equal((1, true), (bye.Channel, PlayDialogue.HasBye(bye.Payload, host.Mount.Tracks[0].Ssrc)));
        Assert.False(PlayDialogue.HasBye(bye.Payload, host.Mount.Tracks[1].Ssrc));
        await host.Mount.EmitAsync(0);
        await host.Mount.EmitAsync(1);
        Assert.Equal(2, (await client.ReadFrameAsync()).Channel);
        Assert.Equal(1, host.Mount.ClientCount);
        Assert.Equal(6, Assert.Single(await host.WatchersAsync()).SentPackets);

        await PlayAsync(0, "clock=-");
        await host.Mount.EmitAsync(0);
        Assert.Equal(0, (await client.ReadFrameAsync()).Channel);

        async Task<string?> PlayAsync(int track, string what)
        {
            RtspTestResponse response = await client.RequestAsync(
                "PLAY", $"{host.Url}/track{track + 1}", "Session: " + session, "Range: " + what);
            Assert.Equal(200, response.Status);
            return response.Header("Range");
        }
    }

    [Fact]
    public async Task Play_TrackByTrackAndEachHasAnEnd_TheSessionIsOverWithTheLast()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;
        for (int track = 0; track < 2; track++)
        {
            string range = ClockRange.Format(now, now.AddSeconds(4 + (6 * track)));
            Assert.Equal(200, (await client.RequestAsync("PLAY", $"{host.Url}/track{track + 1}", "Session: " + session, "Range: " + range)).Status);
        }

        for (int track = 0; track < 2; track++)
        {
            Assert.Equal(1, host.Mount.ClientCount);
            await host.AdvanceAsync(TimeSpan.FromSeconds(7));
            InterleavedPacket bye = await client.ReadFrameAsync();
            Assert.Equal(((2 * track) + 1, true), (bye.Channel, PlayDialogue.HasBye(bye.Payload, host.Mount.Tracks[track].Ssrc)));
        }

        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
    }

    /// <summary>A camera that has to be opened first: what begins now began when the answer was given, and not when it was asked for.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(-8)]
    public async Task Play_HasToWait_TheAnswerSaysWhenTheMediaBegins(int? fromSeconds)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        DateTimeOffset now = host.Frontend.UtcNow;
        host.Mount.FromMicros = host.Mount.Shard.NowMicros + (fromSeconds * 1_000_000L);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Mount.JoinGate = gate.Task;

        Task<RtspTestResponse> asked = client.RequestAsync("PLAY", host.Url, "Session: " + session, "Range: " + ClockRange.Format(now.AddSeconds(-10)));
        await Until.TrueAsync(() => host.Mount.Wishes.Count == 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(3));
        gate.SetResult();

        Assert.Equal(ClockRange.Format(now.AddSeconds(fromSeconds ?? 3)), (await asked).Header("Range"));
    }
}
