using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class BackendPauseTests
{
    private const string PublicWithPause = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN";

    [Fact]
    public async Task Pause_Known_KeepsTheSessionAndPlaysAgainWithoutRange()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Public = PublicWithPause;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.CanPause);
        Assert.True(await fixture.PauseAsync(session));
        Assert.Equal(BackendState.Paused, session.State);
        Assert.Null(await fixture.ReplayAsync(session));
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY", "OPTIONS", "PAUSE", "PLAY"], fixture.Camera.Methods);
        Assert.Null(fixture.Camera.Requests[^1].Header("Range"));
    }

    [Fact]
    public async Task Pause_NotInPublic_IsNotSent()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Assert.False(await fixture.PauseAsync(session));
        Assert.Equal(0, fixture.Camera.Count("PAUSE"));
    }

    [Fact]
    public async Task Pause_KeepAliveFallsDueMeanwhile_IsAskedInThePause()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.TimeoutSeconds = 2; // a keep-alive each second
        fixture.Camera.Script = r => r.Method == "PAUSE" ? new ScriptedReply { Silent = true } : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.CanPause);
        Task<bool> paused = fixture.PauseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("PAUSE") == 1);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.2));
        fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {fixture.Camera.Requests.Single(r => r.Method == "PAUSE").Header("CSeq")}\r\n\r\n");
        Assert.True(await paused);
        int asked = fixture.Camera.Count("OPTIONS");
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.2));

        await Until.TrueAsync(() => fixture.Camera.Count("OPTIONS") > asked);
        Assert.Equal(BackendState.Paused, session.State);
    }

    [Fact]
    public async Task Pause_ConnectionLostBeforeItsAnswer_IsKnownToWhoeverWaited()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PAUSE" ? new ScriptedReply { Close = true, Silent = true } : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.CanPause);

        (bool isPaused, BackendFailure? seen) = await fixture.Shard.RunAsync(async () => (await session.PauseAsync(), session.Failure));

        Assert.False(isPaused);
        Assert.Equal(BackendFailureKind.ConnectionLost, seen?.Kind);
    }

    [Fact]
    public async Task Play_WhilePauseIsUnanswered_OvertakesIt()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PAUSE" ? new ScriptedReply { Silent = true } : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Task<bool> paused = fixture.PauseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("PAUSE") == 1);

        Assert.Null(await fixture.ReplayAsync(session));
        fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {fixture.Camera.Requests.Single(r => r.Method == "PAUSE").Header("CSeq")}\r\n\r\n");

        Assert.False(await paused);
        Assert.Equal(BackendState.Playing, session.State);
        Assert.False(session.RefusesPause);
    }

    [Fact]
    public async Task Pause_Refused_TheCameraPlaysOn()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PAUSE" ? ScriptedReply.Of(501, "Not Implemented") : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));

        Assert.False(await fixture.PauseAsync(session));

        Assert.True(session.RefusesPause);
        Assert.Equal(BackendState.Playing, session.State);
    }
}
