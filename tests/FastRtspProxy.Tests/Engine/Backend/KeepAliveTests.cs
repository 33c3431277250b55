using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Net;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Keep-alives in whole dialogues: which, when, and what one session teaches the next.</summary>
public sealed class KeepAliveTests
{
    private ushort _number;

    [Fact]
    public async Task Play_First_OptionsIsAskedOnceAndNobodyWaitsForIt()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.Script = r => r.Method == "OPTIONS" ? new ScriptedReply { Silent = true } : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session)); // the clock stands still, and no answer comes
        await Until.TrueAsync(() => fixture.Camera.Count("OPTIONS") == 1);

        Assert.Equal(BackendState.Playing, session.State);
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY", "OPTIONS"], fixture.Camera.Methods);
    }

    [Theory]
    [InlineData("OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER", "GET_PARAMETER", 1)]
    [InlineData("OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN", "OPTIONS", 4)]
    [InlineData("OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, SET_PARAMETER", "OPTIONS", 4)]
    public async Task Quirk_VlcAndEvoStreamCountGetParameterOnly_ItIsUsedWherePublicListsIt(string list, string method, int options)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.Public = list;
        fixture.Camera.TimeoutSeconds = 6;
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        await KnowsPublicAsync(session);

        await PassAsync(fixture, 10, media: true);

        ScriptedRequest[] sent = [.. fixture.Camera.Requests.SkipWhile(r => r.Method != "PLAY").Skip(1)];
        Assert.Equal(options, sent.Count(r => r.Method == "OPTIONS"));
        Assert.Equal(3, sent.Skip(1).Count());
        Assert.All(sent.Skip(1), r => Assert.Equal((method, "12345678"), (r.Method, r.Header("Session"))));
        Assert.All(sent, r => Assert.Null(r.Header("Content-Length")));
    }

    [Fact]
    public async Task KeepAlive_NeverAnsweredWhileMediaFlows_GoesOnAtItsIntervalAndIsNoRefusal()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 6;
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        await KnowsPublicAsync(session);
        fixture.Camera.Script = r => r.Method == "GET_PARAMETER" ? new ScriptedReply { Silent = true } : null;

        await PassAsync(fixture, 40, media: true);

        Assert.Null(session.Failure);
        Assert.InRange(fixture.Camera.Count("GET_PARAMETER"), 12, 14); // one each 3 s, three of them on their way at a time
        Assert.Equal((1, 0), (fixture.Camera.Count("OPTIONS"), fixture.Camera.Count("SET_PARAMETER")));
    }

    [Fact]
    public async Task KeepAlive_AnsweredAfterItWasGivenUp_TheLateAnswerIsNobodyElses()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 40;
        fixture.Camera.Public += ", PAUSE";
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        await KnowsPublicAsync(session);
        fixture.Camera.Script = r => r.Method is "GET_PARAMETER" or "PAUSE" ? new ScriptedReply { Silent = true } : null;
        await PassAsync(fixture, 32, media: true);
        Assert.Equal(1, fixture.Camera.Count("GET_PARAMETER"));

        Task<bool> paused = fixture.PauseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("PAUSE") == 1);
        fixture.Camera.SendText($"RTSP/1.0 400 Late\r\nCSeq: {fixture.Camera.Requests.Single(r => r.Method == "GET_PARAMETER").CSeq}\r\n\r\n");
        fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {fixture.Camera.Requests.Single(r => r.Method == "PAUSE").CSeq}\r\n\r\n");

        Assert.True(await paused);
    }

    [Theory]
    [InlineData(454)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Quirk_ThinginoRefusesTheMethodWhileMediaFlows_NoSessionOfTheMountUsesItAgain(int status)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 6;
        fixture.Camera.Script = r => r.Method == "GET_PARAMETER" ? ScriptedReply.Of(status, "No") : null;
        BackendOptions? options = null;
        BackendSession first = fixture.Create(BackendTransport.Tcp, change: o => options = o);
        Assert.Null(await fixture.PlayAsync(first));
        await KnowsPublicAsync(first);
        await PassAsync(fixture, 10, media: true);
        Assert.Null(first.Failure);
        Assert.Equal((1, 3), (fixture.Camera.Count("GET_PARAMETER"), fixture.Camera.Count("OPTIONS")));
        await fixture.CloseAsync(first);

        BackendSession second = fixture.Create(change: _ => options!);
        Assert.Null(await fixture.PlayAsync(second));
        await PassAsync(fixture, 10, media: true);

        Assert.Equal((1, 7), (fixture.Camera.Count("GET_PARAMETER"), fixture.Camera.Count("OPTIONS")));
    }

    [Fact]
    public async Task Quirk_Gw4089GetParameterCrashesIt_AfterTheSecondTimeAnotherMethodIsUsed()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 20;
        fixture.Camera.Script = r => r.Method == "GET_PARAMETER" ? new ScriptedReply { Silent = true, Close = true } : null;
        BackendOptions? options = null;
        for (int i = 0; i < 3; i++)
        {
            BackendSession session = fixture.Create(BackendTransport.Tcp, change: o => options ??= o);
            Assert.Null(await fixture.PlayAsync(session));
            await KnowsPublicAsync(session);
            await PassAsync(fixture, 25, media: true, () => session.Failure is not null);
            Assert.Equal(i < 2, session.Failure is not null);
        }

        Assert.Equal(2, fixture.Camera.Count("GET_PARAMETER"));
        Assert.Equal("OPTIONS", options!.KeepAlives.Method);
    }

    [Fact]
    public async Task KeepAlive_ItsMethodWasRefusedAnHourAgo_TheNextSessionUsesItAgain()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 6;
        fixture.Camera.Script = static r => r.Method == "GET_PARAMETER" ? ScriptedReply.Of(454, "Session Not Found") : null;
        BackendSession first = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(first));
        await KnowsPublicAsync(first);
        await PassAsync(fixture, 5, media: true);
        Assert.Equal("OPTIONS", fixture.Options(first).KeepAlives.Method);
        await fixture.CloseAsync(first);
        fixture.Camera.Script = null;
        await fixture.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Null(await fixture.PlayAsync(fixture.Again(first)));
        await PassAsync(fixture, 5, media: true);

        Assert.Equal(2, fixture.Camera.Count("GET_PARAMETER"));
    }

    [Fact]
    public async Task Quirk_OnlyAnUnlistedMethodCounts_EachLossAtTheTimeoutLeadsToTheNextOne()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.TimeoutSeconds = 6;
        fixture.Camera.Public = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN";
        BackendOptions? options = null;
        List<string?> used = [];
        for (int i = 0; i < 3; i++)
        {
            BackendSession session = fixture.Create(BackendTransport.Tcp, change: o => options ??= o);
            Assert.Null(await fixture.PlayAsync(session));
            await KnowsPublicAsync(session);
            used.Add(options!.KeepAlives.Method);
            await PassAsync(fixture, 6, media: true);
            fixture.Camera.DropConnections();
            await fixture.FailureOfAsync(session);
        }

        Assert.Equal(["OPTIONS", "GET_PARAMETER", "SET_PARAMETER"], used);
    }

    [Fact]
    public async Task KeepAlive_WithoutASession_IsOptionsAndARefusalSaysNothingOfSessions()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = Endless };
        fixture.Camera.Script = r => r.Method is "OPTIONS" or "SET_PARAMETER" && !fixture.Camera.IsPlaying ? ScriptedReply.Of(454, "Session Not Found") : null;
        BackendOptions? options = null;
        BackendSession session = fixture.Create(BackendTransport.Tcp, change: o => options = o);
        Assert.Null(await fixture.OpenAsync(session));

        await PassAsync(fixture, 100, media: false);

        Assert.Null(session.Failure);
        Assert.Equal((1, 1, 1), (fixture.Camera.Count("OPTIONS"), fixture.Camera.Count("SET_PARAMETER"), fixture.Camera.Count("GET_PARAMETER")));
        Assert.True(options!.KeepAlives.MayUse("OPTIONS"));
    }

    private static BackendTimings Endless => BackendTimings.Default with { DeadStream = TimeSpan.Zero };

    /// <summary>The answer to OPTIONS has come, of this session or an earlier one.</summary>
    private static Task KnowsPublicAsync(BackendSession session) => Until.TrueAsync(() => session.KnowsPublic);

    /// <summary>Lets seconds of the fake clock pass, with a picture in each.</summary>
    private async Task PassAsync(BackendFixture fixture, int seconds, bool media, Func<bool>? enough = null)
    {
        for (int i = 0; i < seconds && enough?.Invoke() != true; i++)
        {
            if (media)
            {
                int before = fixture.Sink.Packets.Count;
                fixture.Camera.SendRtp(0, 96, ++_number, _number * 90_000u, 1, true, "x"u8);
                await Until.TrueAsync(() => fixture.Sink.Packets.Count > before || enough?.Invoke() == true);
            }

            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
    }
}
