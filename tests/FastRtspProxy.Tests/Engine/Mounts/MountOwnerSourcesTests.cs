using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A stream with several sources while boxes share the cameras: none of them is read outside the fence, or by a box that is not the owner.</summary>
public sealed class MountOwnerSourcesTests
{
    private static readonly byte[] s_idr = [0x65, 0x88, 1, 2];

    private readonly FakeTimeProvider _time = new();
    private readonly FakeOwners _owners = new();
    private bool _isOver;

    /// <summary>Far away by the timer; over as soon as a test says so, as in a process that was stopped.</summary>
    private CameraOwnership Fenced => new(OwnershipKind.Own, "a", 7)
    {
        Left = () => Volatile.Read(ref _isOver) ? TimeSpan.FromSeconds(-3) : TimeSpan.FromDays(100),
    };

    [Fact]
    public async Task Fence_IsOver_TheSourceThatIsLookedAtIsLetGoAtOnceToo()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(backup);
        _ = await FailOverAsync(fixture, backup);
        backup.Script = static request => request.Method == "TEARDOWN" ? new ScriptedReply { Silent = true } : null; // nobody waits for that one
        fixture.RestartCamera();
        await LookedAtAsync(fixture);

        try
        {
            Volatile.Write(ref _isOver, true);
            _owners.Tell(Fenced);

            await Until.TrueAsync(() => backup.Count("TEARDOWN") == 1 && fixture.Camera.Count("TEARDOWN") == 1);
            await Until.TrueAsync(() => fixture.Camera.OpenConnections == 0);
        }
        finally
        {
            backup.Dispose(); // the answer to its TEARDOWN is waited for as long as the clock stands still
        }
    }

    [Fact]
    public async Task Owner_IsAnotherBox_TheSourceThatIsLookedAtIsLetGoAtOnceToo()
    {
        using ScriptedCamera backup = new();
        using ScriptedCamera peer = new();
        await using MountFixture fixture = Fixture(backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture);

        _owners.Tell(FakeOwners.PeerAt(peer, 8, static method => method));

        await Until.TrueAsync(() => peer.Count("PLAY") == 1 && fixture.Camera.OpenConnections == 0 && backup.OpenConnections == 0);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        Assert.Null(client.End);
    }

    /// <summary>A source that is looked at is asked nothing more, and is not tried again and again.</summary>
    [Fact]
    public async Task Fence_IsOverBeforeItsTimer_SourceThatIsLookedAtIsAskedNothingMore()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(backup);
        _ = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        fixture.Camera.Script = request =>
        {
            Volatile.Write(ref _isOver, true);
            return null;
        };
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return Volatile.Read(ref _isOver);
        });
        await Until.TrueAsync(() => fixture.Camera.OpenConnections == 0);

        for (int i = 0; i < 20; i++)
        {
            await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        }

        Assert.Equal((1, 1, 0), (fixture.Camera.ConnectionCount, fixture.Camera.Count("DESCRIBE"), fixture.Camera.Count("SETUP")));
    }

    /// <summary>What was not asked for the fence's sake says nothing about the source.</summary>
    [Fact]
    public async Task Fence_IsOverAtAKeepAlive_TheSameSourceIsReadWhenThereIsMore()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(backup);
        fixture.Camera.TimeoutSeconds = 20;
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await PlaysAsync(mount, fixture.Camera);
        Volatile.Write(ref _isOver, true);
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return fixture.Camera.Count("TEARDOWN") == 1;
        });
        int asked = fixture.Camera.Requests.Count;

        Volatile.Write(ref _isOver, false);
        _owners.Tell(Fenced);

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        Assert.Equal("TEARDOWN", fixture.Camera.Requests[asked - 1].Method);
        Assert.Equal(0, backup.ConnectionCount);
        Assert.Null(client.End);
    }

    [Fact]
    public async Task Take_CameraIsAnotherBoxsByNow_TheSourceThatPlaysAlreadyIsClosedAndNotServed()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(backup);
        MountSettings settings = new(fixture.Change(fixture.Options()));
        IngestCounters counters = new();
        SourceRecord record = new(settings, fixture.MountShard, counters, fixture.Log);
        CameraNews news = new(settings, new CameraRecord(fixture.MountShard, settings, counters, new EngineEvents(_time)), record, fixture.Log);
        MountClients clients = new(fixture.MountShard, settings, new ClientHold(fixture.MountShard, settings, static () => { }));
        SourceSwitch change = new(settings, fixture.MountShard, clients, record, new SessionPlan(settings), news);
        StandbySink sink = new(fixture.MountShard, new ShardSignal(fixture.MountShard), static () => false);
        await fixture.MountShard.RunAsync(async () =>
        {
            BackendSession session = new(settings.Sources[1].Backend, sink, fixture.MountShard, fixture.Log);
            BackendFailure lost = new(BackendFailureKind.ConnectionLost, "gone");
            Assert.True(change.TryOther(lost, playedMicros: 0, new StandbySource(settings.Sources[1], session, sink)));
            Assert.NotNull(change.Taken);
            settings.Relayed = settings.Sources[0].Backend;

            Assert.Null(change.Take());
            await change.CloseTakenAsync();

            Assert.Equal(BackendState.Closed, session.State);
            return true;
        });
    }

    private MountFixture Fixture(ScriptedCamera backup)
    {
        // Time goes in leaps here, which no answer has to keep up with.
        TimeSpan ever = TimeSpan.FromDays(1);
        MountFixture fixture = new(_time)
        {
            Owners = _owners,
            Timings = new() { OtherSource = ever },
            BackendTimings = new() { DeadStream = TimeSpan.Zero, Connect = ever, Answer = ever, ShortAnswer = ever, SilentTrack = ever, Teardown = ever },
        };
        fixture.AddSource(backup);
        _owners.Tell(Fenced);
        return fixture;
    }

    /// <summary>The best source is gone, and the backup plays for a client.</summary>
    private static async Task<(Mount Mount, RecordingClient Client)> FailOverAsync(MountFixture fixture, ScriptedCamera backup)
    {
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await PlaysAsync(mount, fixture.Camera);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        await PlaysAsync(mount, backup);
        return (mount, client);
    }

    private static Task PlaysAsync(Mount mount, ScriptedCamera camera)
    {
        long from = mount.Ring.Head;
        camera.SendRtp(0, 96, 10, 90_000, 42, true, s_idr);
        return Until.TrueAsync(() => mount.Ring.Head > from);
    }

    private Task LookedAtAsync(MountFixture fixture) => Until.TrueAsync(() =>
    {
        if (fixture.Camera.Count("PLAY") == 1)
        {
            return true;
        }

        _time.Advance(TimeSpan.FromMilliseconds(100));
        return false;
    });
}
