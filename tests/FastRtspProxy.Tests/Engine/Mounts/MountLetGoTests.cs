using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>How a camera is let go when nobody watches, and how somebody who comes meanwhile gets it.</summary>
public sealed class MountLetGoTests
{
    private const string PublicWithPause = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(200, "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")]
    [InlineData(501, PublicWithPause)]
    [InlineData(455, PublicWithPause)]
    [InlineData(0, PublicWithPause)] // never answered
    public async Task LetGo_WithoutAPauseThatWorks_IsTornDownOnceAndLeftAlone(int pauseStatus, string methods)
    {
        await using MountFixture fixture = new()
        {
            Timings = Short,
            BackendTimings = PatientTimings.OfBackend with { ShortAnswer = TimeSpan.FromMilliseconds(pauseStatus == 0 ? 300 : 60_000) },
        };
        fixture.Camera.Public = methods;
        fixture.Camera.Script = r => r.Method != "PAUSE" ? null : pauseStatus == 0 ? new ScriptedReply { Silent = true } : ScriptedReply.Of(pauseStatus, "No");
        Mount mount = fixture.Create();
        mount.Prepare(); // its SETUP
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && fixture.Camera.OpenConnections == 0);
        await Until.TrueAsync(() => mount.State == StreamState.Ready);
        await Task.Delay(700);

        Assert.Equal((1, 2, 1), (fixture.Camera.Count("DESCRIBE"), fixture.Camera.Count("SETUP"), fixture.Camera.ConnectionCount));
        Assert.Empty(fixture.Log.Loud);
        Assert.NotNull(await mount.DescribeAsync(s_limit)); // by what is known
        Assert.Equal(1, fixture.Camera.ConnectionCount);
        await fixture.JoinAsync(mount);
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Requests.Where(r => r.Connection == 2 && r.Method != "OPTIONS").Select(r => r.Method));
    }

    [Fact]
    public async Task LetGo_CameraClosesAtItsTeardown_IsNoLostCamera()
    {
        await using MountFixture fixture = new() { Timings = Short };
        fixture.Camera.Script = r => r.Method == "TEARDOWN" ? new ScriptedReply { Silent = true, Close = true } : null;
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && fixture.Camera.OpenConnections == 0);
        await Until.TrueAsync(() => mount.State == StreamState.Ready);

        Assert.Empty(fixture.Log.Loud);
        Assert.Equal(1, fixture.Camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task LetGo_CameraClosesWhileItIsPaused_IsNoLostCamera()
    {
        await using MountFixture fixture = new() { Timings = Short };
        fixture.Camera.Public = PublicWithPause;
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Resting && fixture.Camera.Count("PAUSE") == 1);

        fixture.Camera.DropConnections();

        await Until.TrueAsync(() => mount.State == StreamState.Ready);
        Assert.Empty(fixture.Log.Loud);
        Assert.Equal(1, fixture.Camera.ConnectionCount);
        await fixture.JoinAsync(mount);
        Assert.Equal(2, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Join_WhileOptionsIsUnanswered_GetsTheMediaThatStillComes()
    {
        await using MountFixture fixture = new() { Timings = Short };
        fixture.Camera.Script = r => r.Method == "OPTIONS" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        (RecordingClient first, _) = await fixture.JoinAsync(mount);
        mount.Leave(first);
        await Until.TrueAsync(() => fixture.Camera.Count("OPTIONS") == 1);

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);

        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        Assert.Equal((1, 0), (fixture.Camera.Count("PLAY"), fixture.Camera.Count("TEARDOWN")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Join_WhilePauseIsUnanswered_IsPlayedAtOnce(bool answersLater)
    {
        await using MountFixture fixture = new() { Timings = Short };
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PAUSE" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        (RecordingClient first, _) = await fixture.JoinAsync(mount);
        mount.Leave(first);
        await Until.TrueAsync(() => fixture.Camera.Count("PAUSE") == 1);

        (RecordingClient second, PlayGrant grant) = await fixture.JoinAsync(mount); // PAUSE's answer is waited for 10 s, its own wait is 5 s
        if (answersLater)
        {
            fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {fixture.Camera.Requests.Single(r => r.Method == "PAUSE").Header("CSeq")}\r\n\r\n");
        }

        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);

        Assert.Equal((2, 0, 1), (fixture.Camera.Count("PLAY"), fixture.Camera.Count("TEARDOWN"), fixture.Camera.ConnectionCount));
        Assert.Equal(StreamState.Playing, mount.State);
        Assert.Null(second.End);
    }

    [Fact]
    public async Task Join_WhileTeardownIsUnanswered_WaitsForTheNextSessionAndGetsItsMedia()
    {
        await using MountFixture fixture = new() { Timings = Short, BackendTimings = PatientTimings.OfBackend with { Teardown = TimeSpan.FromMilliseconds(700) } };
        fixture.Camera.Script = r => r.Method == "TEARDOWN" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        (RecordingClient first, _) = await fixture.JoinAsync(mount);
        mount.Leave(first);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);

        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        Assert.Equal(grant.Tracks[0].SequenceNumber, fixture.Read(mount, grant.JoinSequence)[0].SequenceNumber);
    }

    [Fact]
    public async Task Join_AfterAPauseThatWasRefused_LingersAgainWhenItLeaves()
    {
        await using MountFixture fixture = new() { Timings = Short };
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PAUSE" ? ScriptedReply.Of(501, "No") : null;
        Mount mount = fixture.Create();
        for (int round = 1; round <= 2; round++)
        {
            (RecordingClient client, _) = await fixture.JoinAsync(mount);
            mount.Leave(client);
            await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == round);
        }

        Assert.Equal(2, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task Prepare_WhileLingering_KeepsTheCameraForTheViewerThatSetsUp()
    {
        await using MountFixture fixture = new(new FakeTimeProvider())
        {
            Timings = new() { Linger = TimeSpan.FromSeconds(3), Join = TimeSpan.FromSeconds(60) },
            BackendTimings = new() { DeadStream = TimeSpan.Zero },
        };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        mount.Prepare();
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(3.3));

        Assert.Equal(StreamState.Lingering, mount.State);
        await fixture.JoinAsync(mount);
        Assert.Equal((1, 1), (fixture.Camera.Count("PLAY"), fixture.Camera.ConnectionCount));
    }

    [Fact]
    public async Task PlayAfterPause_Refused_TheSessionIsMadeAnewAtOnceAndNobodyHearsOfIt()
    {
        await using MountFixture fixture = new() { Timings = Short with { Rest = TimeSpan.FromMinutes(1) } };
        fixture.Camera.Public = PublicWithPause;
        fixture.Camera.Script = r => r.Method == "PLAY" && fixture.Camera.Count("PAUSE") == 1 && r.Connection == 1 ? ScriptedReply.Of(454, "Gone") : null;
        Mount mount = fixture.Create();
        (RecordingClient first, _) = await fixture.JoinAsync(mount);
        mount.Leave(first);
        await Until.TrueAsync(() => mount.State == StreamState.Resting && fixture.Camera.Count("PAUSE") == 1);

        await fixture.JoinAsync(mount);

        Assert.Equal(2, fixture.Camera.ConnectionCount);
        Assert.Empty(fixture.Log.Loud);
    }

    [Fact]
    public async Task Description_OlderThanAMinuteAtTheFirstSetup_IsReadAnewOnANewConnection()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Camera.TimeoutSeconds = 600;
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(59));
        await fixture.MountShard.RunAsync(() => Task.CompletedTask);
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        Assert.Equal(1, fixture.Camera.Count("DESCRIBE"));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        await fixture.JoinAsync(mount);

        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Requests.Where(r => r.Connection == 2 && r.Method != "OPTIONS").Select(r => r.Method));
        Assert.Empty(fixture.Log.Loud);
    }

    [Fact]
    public async Task Description_UsedWithinAMinute_IsNotReadAgain()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(50));

        await fixture.JoinAsync(mount);

        Assert.Equal((1, 1), (fixture.Camera.Count("DESCRIBE"), fixture.Camera.ConnectionCount));
    }

    [Fact]
    public async Task Description_OldAndTheCameraLetGo_IsReadAnewForTheNextDescribe()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(11));
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && mount.State == StreamState.Ready && mount.IsResting);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.NotNull(await mount.DescribeAsync(s_limit));

        Assert.Equal(2, fixture.Camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task KnownDescription_OldAndTheCameraLetGo_LeavesTheCameraAlone()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(11));
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && mount.State == StreamState.Ready && mount.IsResting);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(60));
        int requests = fixture.Camera.Methods.Count;

        Assert.NotNull(await mount.KnownDescriptionAsync());
        Assert.NotNull(await mount.KnownDescriptionAsync());

        Assert.True(mount.IsResting);
        Assert.Equal(requests, fixture.Camera.Methods.Count);
    }

    [Fact]
    public async Task Description_OldOnTheConnectionThatWasGiven_IsReadAnewOnIt()
    {
        // REGISTER with reuse_connection: behind NAT there is no other way to the camera.
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        int port = fixture.Camera.Port;
        fixture.Connection = async shard => await TcpByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", port), s_limit);
        fixture.Camera.TimeoutSeconds = 600;
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(61));

        await fixture.JoinAsync(mount);

        Assert.Equal(["DESCRIBE", "DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Methods.Where(m => m != "OPTIONS"));
        Assert.Equal(1, fixture.Camera.ConnectionCount);
    }

    private static MountTimings Short => PatientTimings.OfMount with { Linger = TimeSpan.FromMilliseconds(50) };
}
