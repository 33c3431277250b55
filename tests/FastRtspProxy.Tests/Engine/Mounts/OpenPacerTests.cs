using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class OpenPacerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>The place of a camera that does not answer.</summary>
    private OpenPlace? _dead;

    [Fact]
    public async Task EnterAsync_HurriedInTheQueue_GoesOnWithoutAPlaceAndTakesNobodysPlace()
    {
        using OpenPacer pacer = new(1);
        OpenPlace first = (await pacer.EnterAsync("a", CancellationToken.None))!;
        using CancellationTokenSource hurry = new();
        Task<OpenPlace?> hurried = pacer.EnterAsync("a", hurry.Token);
        Task<OpenPlace?> patient = pacer.EnterAsync("a", CancellationToken.None);
        Assert.False(hurried.IsCompleted);

        await hurry.CancelAsync();
        Assert.Null(await hurried);

        Assert.False(patient.IsCompleted);
        first.Leave();
        Assert.NotNull(await patient.WaitAsync(s_limit));
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
        Assert.NotNull(await fixture.Pacer.EnterAsync("dead", CancellationToken.None));
        Task<MountDescription?> description = fixture.MountShard.RunAsync(() => fixture.Create().DescribeAsync(s_limit));

        Assert.NotNull(await description);
    }

    [Fact]
    public async Task StopAsync_Queued_TakesNoTurn()
    {
        await using MountFixture fixture = new() { Pacer = new OpenPacer(1) };
        Mount mount = await QueuedAsync(fixture);

        await mount.StopAsync(MountEnd.Stopping);
        _dead!.Leave();

        Assert.NotNull(await fixture.Pacer.EnterAsync("dead", CancellationToken.None).WaitAsync(s_limit));
        Assert.Equal(0, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Mount_QueuedBehindASlowCamera_HasItsTurnAfterAMoment()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { Pacer = new OpenPacer(1) };
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? new ScriptedReply { Silent = true } : null;
        fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        Mount second = fixture.Create();
        await Until.TrueAsync(() => second.State == StreamState.Opening);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2.1));

        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 2);
    }

    [Fact]
    public async Task EnterAsync_CamerasAnswer_MoreAndMoreAreOpenedAtOnceUpToABound()
    {
        const int Cameras = 1000;
        using OpenPacer pacer = new(2);
        Task<OpenPlace?>[] asked = [.. Enumerable.Range(0, Cameras).Select(camera => pacer.EnterAsync($"host-{camera}", CancellationToken.None))];
        Assert.Equal(2, asked.Count(static place => place.IsCompleted));

        const int Answered = Cameras / 2;
        foreach (Task<OpenPlace?> place in asked[..Answered])
        {
            (await place.WaitAsync(s_limit))!.Leave();
        }

        await Until.TrueAsync(() => asked[Answered..].Count(static place => place.IsCompleted) == OpenPacer.AtOnceMax);
    }

    [Fact]
    public async Task LeaveToOthers_CamerasDoNotAnswer_AsManyAsAtFirstAreAsked()
    {
        using OpenPacer pacer = new(2);
        List<Task<OpenPlace?>> places = [.. Enumerable.Range(0, 10).Select(i => pacer.EnterAsync($"host-{i}", CancellationToken.None))];
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(i + 2, places.Count(static place => place.IsCompleted));
            (await places[i])!.LeaveToOthers(hasAnswered: false);
            await Until.TrueAsync(() => places[i + 2].IsCompleted);
        }
    }

    [Fact]
    public async Task TakeCrowdIsOver_ManyWereOpenedAndNoneIsAnyMore_IsTrueOnce()
    {
        using OpenPacer pacer = new(100);
        List<OpenPlace> places = [];
        for (int i = 0; i < 64; i++)
        {
            Assert.False(pacer.TakeCrowdIsOver());
            places.Add((await pacer.EnterAsync($"host-{i}", CancellationToken.None))!);
        }

        places[1..].ForEach(static place => place.Leave());
        Assert.False(pacer.TakeCrowdIsOver());
        places[0].Leave();
        Assert.True(pacer.TakeCrowdIsOver());
        Assert.False(pacer.TakeCrowdIsOver());
    }

    [Fact]
    public async Task EnterAsync_OneHost_HasFourAtATimeAndOthersGoOn()
    {
        using OpenPacer pacer = new();
        List<Task<OpenPlace?>> recorder = [.. Enumerable.Range(0, 6).Select(_ => pacer.EnterAsync("recorder", CancellationToken.None))];
        Assert.Equal(4, recorder.Count(static place => place.IsCompleted));
        Assert.NotNull(await pacer.EnterAsync("camera", CancellationToken.None).WaitAsync(s_limit));

        (await recorder[0])!.LeaveToOthers(hasAnswered: true); // slow: it still is the recorder's
        Assert.False(recorder[4].IsCompleted);
        (await recorder[0])!.Leave();
        (await recorder[0])!.Leave();

        Assert.NotNull(await recorder[4].WaitAsync(s_limit));
        Assert.False(recorder[5].IsCompleted);
    }

    /// <summary>A switch was away for minutes: each camera behind it would be tried again within half a minute only.</summary>
    [Fact]
    public async Task Mount_AnotherCameraIsBack_IsTriedAtOnce()
    {
        FakeTimeProvider time = new();
        await using MountFixture fixture = new(time);
        fixture.Camera.Script = static r => new ScriptedReply { Silent = true, Close = true };
        Mount mount = fixture.Create();
        for (int attempts = 1; attempts < 7; attempts++)
        {
            await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") + fixture.Camera.Count("OPTIONS") >= attempts && mount.State == StreamState.Down);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(31));
        }

        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") + fixture.Camera.Count("OPTIONS") >= 7 && mount.State == StreamState.Down);
        fixture.Camera.Script = null;

        // Its own next attempt is half a minute away; it may be in the middle of one, and not listen yet.
        int told = 0;
        await Until.TrueAsync(() =>
        {
            time.Advance(told++ < 5 ? TimeSpan.FromSeconds(2) : TimeSpan.Zero);
            fixture.Pacer.TellReturn();
            return mount.State == StreamState.Ready;
        });
    }

    /// <summary>A mount that waits for its turn, with nobody who wants it.</summary>
    private async Task<Mount> QueuedAsync(MountFixture fixture)
    {
        _dead = await fixture.Pacer.EnterAsync("dead", CancellationToken.None);
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => mount.State == StreamState.Opening);
        Assert.Equal(0, fixture.Camera.ConnectionCount);
        return mount;
    }
}
