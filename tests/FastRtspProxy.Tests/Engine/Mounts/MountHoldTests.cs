using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>How long viewers are held: from the loss to the first media, whatever the camera answers in between.</summary>
public sealed class MountHoldTests
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1.1);

    [Fact]
    public async Task Hold_PlayIsAnsweredAndNothingComes_EndsAtItsTime()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        (Mount mount, RecordingClient client) = await LostAsync(fixture);
        await fixture.AdvanceAsync(s_firstWait);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);

        await EndsAtTheHoldAsync(fixture, client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
    }

    [Fact]
    public async Task Hold_PlayIsNotAnswered_EndsAtItsTime()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { Answer = TimeSpan.FromMinutes(5) } };
        (Mount mount, RecordingClient client) = await LostAsync(fixture);
        fixture.Camera.Script = static r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        await fixture.AdvanceAsync(s_firstWait);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        Assert.Equal(StreamState.Starting, mount.State);

        await EndsAtTheHoldAsync(fixture, client);
    }

    [Fact]
    public async Task Hold_AttemptsFailForWantOfMedia_EndsAtTheTimeOfTheFirstLoss()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.FromSeconds(5) } };
        (Mount mount, RecordingClient client) = await LostAsync(fixture);
        await fixture.AdvanceAsync(s_firstWait);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(5.1));
        await Until.TrueAsync(() => fixture.Log.Loud.Any(l => l.Contains("no media", StringComparison.Ordinal)));
        Assert.Contains("are held for up to 23.8 s", fixture.Log.Loud[^1], StringComparison.Ordinal);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(23.9));

        await Until.TrueAsync(() => client.End is not null);
        Assert.Equal(MountEnd.HoldExpired, client.End);
    }

    [Fact]
    public async Task Hold_MediaIsBack_IsOver()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        (Mount mount, RecordingClient client) = await LostAsync(fixture);
        await fixture.AdvanceAsync(s_firstWait);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);
        await SendAsync(fixture, mount);

        await fixture.AdvanceAsync(TimeSpan.FromMinutes(5));

        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal((null, 1), (client.End, mount.ClientCount));
    }

    [Fact]
    public async Task Hold_TheLastViewerHasLeft_TheNextOneHasAllOfItsTime()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        (Mount mount, RecordingClient first) = await LostAsync(fixture);
        await fixture.AdvanceAsync(s_firstWait);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);
        mount.Leave(first);
        await Until.TrueAsync(() => mount.ClientCount == 0);
        (RecordingClient second, _) = await fixture.JoinAsync(mount);

        await fixture.AdvanceAsync(TimeSpan.FromMinutes(1));

        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Null(second.End);
    }

    /// <summary>A viewer whose camera played and was lost.</summary>
    private static async Task<(Mount Mount, RecordingClient Client)> LostAsync(MountFixture fixture)
    {
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount);
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State == StreamState.Holding && fixture.Log.Loud.Count == 1);
        return (mount, client);
    }

    private static async Task SendAsync(MountFixture fixture, Mount mount)
    {
        long head = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > head);
    }

    /// <summary>The loss was <see cref="s_firstWait"/> ago.</summary>
    private static async Task EndsAtTheHoldAsync(MountFixture fixture, RecordingClient client)
    {
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(28.5));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Null(client.End);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        await Until.TrueAsync(() => client.End is not null);
        Assert.Equal(MountEnd.HoldExpired, client.End);
        Assert.Contains("did not return within 30 s; 1 viewer(s) ended", fixture.Log.Loud[^1], StringComparison.Ordinal);
    }
}
