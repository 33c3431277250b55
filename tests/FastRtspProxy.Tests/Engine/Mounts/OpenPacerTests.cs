using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class OpenPacerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task EnterAsync_HurriedInTheQueue_GoesOnWithoutAPlaceAndTakesNobodysPlace()
    {
        using OpenPacer pacer = new(1);
        Assert.True(await pacer.EnterAsync(CancellationToken.None));
        using CancellationTokenSource hurry = new();
        Task<bool> hurried = pacer.EnterAsync(hurry.Token);
        Task<bool> patient = pacer.EnterAsync(CancellationToken.None);
        Assert.False(hurried.IsCompleted);

        await hurry.CancelAsync();
        Assert.False(await hurried);

        Assert.False(patient.IsCompleted);
        pacer.Leave();
        Assert.True(await patient.WaitAsync(s_limit));
    }

    [Fact]
    public async Task Mount_QueuedBehindDeadCameras_IsOpenedWhenAClientDescribesIt()
    {
        await using MountFixture fixture = new() { Pacer = new OpenPacer(1) };
        Mount mount = await QueuedAsync(fixture);

        Assert.NotNull(await mount.DescribeAsync(s_limit));
    }

    [Fact]
    public async Task Mount_QueuedBehindDeadCameras_IsOpenedWhenAClientPlaysIt()
    {
        await using MountFixture fixture = new() { Pacer = new OpenPacer(1) };
        Mount mount = await QueuedAsync(fixture);

        Assert.Equal(PlayOutcome.Playing, (await mount.JoinAsync(fixture.Client(), PlayWish.Everything)).Outcome);
    }

    [Fact]
    public async Task Mount_DescribedByAClientBeforeItsTurn_TakesNoTurn()
    {
        await using MountFixture fixture = new() { Pacer = new OpenPacer(1) };
        Assert.True(await fixture.Pacer.EnterAsync(CancellationToken.None));
        Task<MountDescription?> description = fixture.MountShard.RunAsync(() => fixture.Create().DescribeAsync(s_limit));

        Assert.NotNull(await description);
    }

    [Fact]
    public async Task StopAsync_Queued_TakesNoTurn()
    {
        await using MountFixture fixture = new() { Pacer = new OpenPacer(1) };
        Mount mount = await QueuedAsync(fixture);

        await mount.StopAsync(MountEnd.Stopping);
        fixture.Pacer.Leave();

        Assert.True(await fixture.Pacer.EnterAsync(CancellationToken.None).WaitAsync(s_limit));
        Assert.Equal(0, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Mount_QueuedBehindASlowCamera_HasItsTurnAfterTenSeconds()
    {
        FakeTimeProvider time = new();
        await using MountFixture fixture = new(time) { Pacer = new OpenPacer(1) };
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? new ScriptedReply { Silent = true } : null;
        fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        Mount second = fixture.Create();
        await Until.TrueAsync(() => second.State == MountState.Opening);

        time.Advance(TimeSpan.FromSeconds(10.5));

        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 2);
    }

    /// <summary>A mount that waits for its turn, with nobody who wants it.</summary>
    private static async Task<Mount> QueuedAsync(MountFixture fixture)
    {
        Assert.True(await fixture.Pacer.EnterAsync(CancellationToken.None)); // the dead camera
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => mount.State == MountState.Opening);
        Assert.Equal(0, fixture.Camera.ConnectionCount);
        return mount;
    }
}
