using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Limits that change while what they limit goes on.</summary>
public sealed class MountChangeTests
{
    [Theory]
    [InlineData(5, 3, 3)] // shorter: 5 s from the loss, of which 2 have gone
    [InlineData(60, 40, 58)] // longer: nobody goes after the 30 s
    public async Task ChangeAsync_HoldWhileClientsAreHeld_CountsFromTheLoss(int holdSeconds, int firstSeconds, int endSeconds)
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await PlayAndLoseAsync(fixture, mount);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        fixture.Timings = fixture.Timings with { Hold = TimeSpan.FromSeconds(holdSeconds) };

        await ChangeAsync(fixture, mount);

        TimeSpan almost = TimeSpan.FromSeconds(Math.Min(firstSeconds, endSeconds) - 0.5);
        await fixture.AdvanceAsync(almost);
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Null(client.End);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(endSeconds + 0.5) - almost);
        await Until.TrueAsync(() => client.End == MountEnd.HoldExpired);
    }

    [Fact]
    public async Task ChangeAsync_LingerWhileNobodyWatches_CountsFromTheLastViewer()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Timings = fixture.Timings with { Linger = TimeSpan.FromHours(1) };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(20));
        fixture.Timings = fixture.Timings with { Linger = TimeSpan.FromSeconds(10) };

        await ChangeAsync(fixture, mount);

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
    }

    [Fact]
    public async Task ChangeAsync_SilenceThatCounts_IsWatchedFromThenOn()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        long head = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > head);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(10));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal(StreamState.Playing, mount.State);
        fixture.BackendTimings = new() { DeadStream = TimeSpan.FromSeconds(5) };

        await ChangeAsync(fixture, mount);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(5.1));
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
        Assert.Contains(fixture.Log.Loud, static line => line.Contains("no media for 5 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ChangeAsync_AnswerTimeout_CountsForTheNextRequest()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => mount.State == StreamState.Ready);
        fixture.Camera.Script = static r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        fixture.BackendTimings = new() { Answer = TimeSpan.FromSeconds(2) };

        await ChangeAsync(fixture, mount);

        _ = mount.JoinAsync(fixture.Client(), PlayWish.Everything);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2.1));
        await Until.TrueAsync(() => fixture.Log.Loud.Any(static line => line.Contains("trying again", StringComparison.Ordinal)));
        Assert.Equal(1, fixture.Camera.ConnectionCount); // the session that was there has gone on
    }

    [Fact]
    public async Task ChangeAsync_OtherCameraWhileViewersAreHeld_TheirTimeGoesOn()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await PlayAndLoseAsync(fixture, mount);
        fixture.Camera.Dispose();
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(20));

        await fixture.MountShard.RunAsync(() => mount.ChangeAsync(fixture.Options(), fixture.Ring, [-1]));

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(9));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Null(client.End);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        await Until.TrueAsync(() => client.End == MountEnd.HoldExpired);
    }

    [Fact]
    public async Task ChangeAsync_StoppedMount_IsNothing()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        await mount.StopAsync(MountEnd.Removed);

        await ChangeAsync(fixture, mount);

        Assert.Equal(StreamState.Stopped, mount.State);
    }

    private static Task ChangeAsync(MountFixture fixture, Mount mount) => mount.ChangeAsync(fixture.Options(), fixture.Ring, [0]);

    private static async Task PlayAndLoseAsync(MountFixture fixture, Mount mount)
    {
        long head = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > head);
        fixture.Camera.Script = static _ => new ScriptedReply { Silent = true };
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
    }
}
