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
    public async Task Hurry_InTheQueue_GoesOnWithoutAPlaceOfAllAndTakesNobodysPlace()
    {
        using OpenPacer pacer = new(1);
        OpenPlace first = (await pacer.Enter("a").Place)!;
        OpenWaiter hurried = pacer.Enter("a");
        OpenWaiter patient = pacer.Enter("a");
        Assert.False(hurried.Place.IsCompleted);

        pacer.Hurry(hurried);
        Assert.NotNull(await hurried.Place.WaitAsync(s_limit));

        Assert.False(patient.Place.IsCompleted);
        first.Leave();
        Assert.NotNull(await patient.Place.WaitAsync(s_limit));
    }

    [Fact]
    public async Task GiveUp_InTheQueue_IsNullAndThePlaceIsTheNexts()
    {
        using OpenPacer pacer = new(1);
        OpenPlace first = (await pacer.Enter("a").Place)!;
        OpenWaiter given = pacer.Enter("b");
        OpenWaiter next = pacer.Enter("c");

        pacer.GiveUp(given);
        pacer.GiveUp(given);

        Assert.Null(await given.Place.WaitAsync(s_limit));
        Assert.False(next.Place.IsCompleted);
        first.Leave();
        Assert.NotNull(await next.Place.WaitAsync(s_limit));
    }

    /// <summary>A recorder of 64 channels with a viewer each, which was away.</summary>
    [Fact]
    public async Task Enter_AllOfOneHostAreWanted_FourAtATime()
    {
        using OpenPacer pacer = new(1);
        List<OpenWaiter> channels = [.. Enumerable.Range(0, 64).Select(_ => pacer.Enter("recorder", isWanted: true, failures: 1))];
        for (int done = 0; done < channels.Count; done++)
        {
            Assert.Equal(Math.Min(done + 4, 64), channels.Count(static channel => channel.Place.IsCompleted));
            (await channels[done].Place.WaitAsync(s_limit))!.Leave();
        }
    }

    [Fact]
    public async Task Enter_HostIsFull_WantedOnesStandInFrontTheOneThatFailedLeastFirst()
    {
        using OpenPacer pacer = new();
        List<OpenPlace> taken = await FillAsync(pacer);
        OpenWaiter patient = pacer.Enter("recorder");
        OpenWaiter dead = pacer.Enter("recorder", isWanted: true, failures: 100);
        OpenWaiter lost = pacer.Enter("recorder", isWanted: true, failures: 3);
        OpenWaiter justLost = pacer.Enter("recorder", isWanted: true, failures: 1);
        OpenWaiter alsoJustLost = pacer.Enter("recorder", isWanted: true, failures: 1);
        OpenWaiter hurried = pacer.Enter("recorder");
        pacer.Hurry(hurried);

        // Who failed without end stands in line with those that nobody waits for.
        foreach (OpenWaiter next in (OpenWaiter[])[hurried, justLost, alsoJustLost, lost, patient, dead])
        {
            Assert.False(next.Place.IsCompleted);
            taken[0].Leave();
            taken.RemoveAt(0);
            taken.Add((await next.Place.WaitAsync(s_limit))!);
        }
    }

    /// <summary>Of a recorder's 64 channels many are silent: a living one is not kept waiting for ten seconds by four of them.</summary>
    [Fact]
    public async Task Enter_HostIsFullOfSilentOnes_AFirstViewerGoesPastThemAndNobodyElse()
    {
        using OpenPacer pacer = new();
        List<OpenPlace> taken = await FillAsync(pacer);
        OpenWaiter lost = pacer.Enter("recorder", isWanted: true, failures: 1);
        List<OpenWaiter> first = [.. Enumerable.Range(0, 6).Select(_ => pacer.Enter("recorder", isWanted: true))];
        Assert.Equal(0, first.Count(static viewer => viewer.Place.IsCompleted));

        taken.ForEach(static place => place.LeaveToOthers(hasAnswered: false));
        Assert.Equal(4, first.Count(static viewer => viewer.Place.IsCompleted));

        // Silent ones of their own are passed by nobody: eight are enough for any recorder.
        foreach (OpenWaiter viewer in first[..4])
        {
            (await viewer.Place)!.LeaveToOthers(hasAnswered: false);
        }

        Assert.Equal(4, first.Count(static viewer => viewer.Place.IsCompleted));
        taken[0].Leave();
        Assert.Equal(5, first.Count(static viewer => viewer.Place.IsCompleted));
        taken[1..].ForEach(static place => place.Leave());
        Assert.Equal(6, first.Count(static viewer => viewer.Place.IsCompleted));
        Assert.False(lost.Place.IsCompleted);
        (await first[0].Place)!.Leave();
        (await first[1].Place)!.Leave();
        (await first[2].Place)!.Leave();
        Assert.NotNull(await lost.Place.WaitAsync(s_limit));
    }

    /// <summary>No place of all is free: of a long line those are let in whom somebody waits for, wherever they stand, and nobody else.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leave_HostHasRoomAgain_AWantedOneAtTheEndOfALongLineIsLetIn(bool isHurried)
    {
        using OpenPacer pacer = new(1);
        Assert.NotNull(await pacer.Enter("slow").Place.WaitAsync(s_limit));
        List<OpenPlace> taken = [];
        for (int i = 0; i < OpenPacer.OfHostMax; i++)
        {
            taken.Add((await pacer.Enter("recorder", isWanted: true).Place.WaitAsync(s_limit))!);
        }

        List<OpenWaiter> patient = [.. Enumerable.Range(0, 100).Select(i => pacer.Enter($"host-{i}"))];
        List<OpenWaiter> dead = [.. Enumerable.Range(0, 4).Select(_ => pacer.Enter("recorder", isWanted: !isHurried, failures: 100))];
        patient.Add(pacer.Enter("recorder"));
        dead.ForEach(pacer.Hurry);
        pacer.GiveUp(dead[0]);
        pacer.GiveUp(patient[0]);

        foreach (OpenWaiter next in dead[1..])
        {
            Assert.False(next.Place.IsCompleted);
            taken[0].Leave();
            taken.RemoveAt(0);
            taken.Add((await next.Place.WaitAsync(s_limit))!);
        }

        taken.ForEach(static place => place.Leave());
        Assert.All(patient[1..], static waiter => Assert.False(waiter.Place.IsCompleted));
    }

    /// <summary>Several places become free at once, in front of which some wait whose host has no room.</summary>
    [Fact]
    public async Task Leave_ThoseInFrontHaveNoRoom_TheNextAreLetInPastThemAsManyAsThereArePlaces()
    {
        using OpenPacer pacer = new(6);
        List<OpenPlace> recorder = await FillAsync(pacer);
        OpenPlace camera = (await pacer.Enter("camera").Place.WaitAsync(s_limit))!;
        Assert.NotNull(await pacer.Enter("other").Place.WaitAsync(s_limit));
        List<OpenWaiter> channels = [.. Enumerable.Range(0, 8).Select(_ => pacer.Enter("recorder"))];
        List<OpenWaiter> others = [.. Enumerable.Range(0, 8).Select(i => pacer.Enter($"host-{i}"))];

        camera.Leave(); // it answered: its place, and one more

        Assert.Equal((0, 2), (channels.Count(static waiter => waiter.Place.IsCompleted), others.Count(static waiter => waiter.Place.IsCompleted)));
        recorder[0].Leave();
        Assert.Equal((1, 3), (channels.Count(static waiter => waiter.Place.IsCompleted), others.Count(static waiter => waiter.Place.IsCompleted)));
    }

    /// <summary>A box of the cluster takes as many as come.</summary>
    [Fact]
    public void Enter_NoHost_OnlyThePlacesOfAllCount()
    {
        using OpenPacer pacer = new(16);
        Assert.Equal(16, Enumerable.Range(0, 100).Count(_ => pacer.Enter(null).Place.IsCompleted));
        Assert.Equal(100, Enumerable.Range(0, 100).Count(_ => pacer.Enter(null, isWanted: true).Place.IsCompleted));
    }

    [Fact]
    public async Task Mount_ManyOfOneHostAreWanted_FourAreAskedAndThenFourMorePastTheSilentOnes()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = static r => r.Method == "DESCRIBE" ? new ScriptedReply { Silent = true } : null;
        for (int i = 0; i < 20; i++)
        {
            Mount mount = fixture.Create();
            _ = mount.DescribeAsync(TimeSpan.FromMinutes(5));
        }

        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 4);
        await fixture.QuietAsync();
        Assert.Equal(4, fixture.Camera.ConnectionCount);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2.1));
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 8);
        await fixture.QuietAsync();
        Assert.Equal(8, fixture.Camera.ConnectionCount);
    }

    /// <summary>A camera that closes its connection behind its challenge has answered: the attempt behind it, at once, stands as far in front.</summary>
    [Fact]
    public async Task Mount_TriedAgainAtOnce_ItsFirstViewerStillGoesPastTheSilentOnes()
    {
        await using MountFixture fixture = new();
        fixture.Camera.Script = static r => r.Header("Authorization") is not null ? null
            : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"0011\"")) with { Close = true };
        List<OpenPlace> silent = await FillAsync(fixture.Pacer, new Uri(fixture.Camera.Url).Host);
        silent.ForEach(static place => place.LeaveToOthers(hasAnswered: false));
        Mount mount = fixture.Create();

        Assert.NotNull(await mount.DescribeAsync(s_limit));

        Assert.Equal(2, fixture.Camera.ConnectionCount);
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
        Assert.NotNull(await fixture.Pacer.Enter("dead").Place);
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

        Assert.NotNull(await fixture.Pacer.Enter("dead").Place.WaitAsync(s_limit));
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
    public async Task Enter_CamerasAnswer_MoreAndMoreAreOpenedAtOnceUpToABound()
    {
        const int Cameras = 1000;
        using OpenPacer pacer = new(2);
        Task<OpenPlace?>[] asked = [.. Enumerable.Range(0, Cameras).Select(camera => pacer.Enter($"host-{camera}").Place)];
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
        List<Task<OpenPlace?>> places = [.. Enumerable.Range(0, 10).Select(i => pacer.Enter($"host-{i}").Place)];
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
            places.Add((await pacer.Enter($"host-{i}").Place)!);
        }

        places[1..].ForEach(static place => place.Leave());
        Assert.False(pacer.TakeCrowdIsOver());
        places[0].Leave();
        Assert.True(pacer.TakeCrowdIsOver());
        Assert.False(pacer.TakeCrowdIsOver());
    }

    [Fact]
    public async Task Enter_OneHost_HasFourAtATimeAndOthersGoOn()
    {
        using OpenPacer pacer = new();
        List<Task<OpenPlace?>> recorder = [.. Enumerable.Range(0, 6).Select(_ => pacer.Enter("recorder").Place)];
        Assert.Equal(4, recorder.Count(static place => place.IsCompleted));
        Assert.NotNull(await pacer.Enter("camera").Place.WaitAsync(s_limit));

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

    private static async Task<List<OpenPlace>> FillAsync(OpenPacer pacer, string host = "recorder")
    {
        List<OpenPlace> taken = [];
        for (int i = 0; i < OpenPacer.OfHostMax; i++)
        {
            taken.Add((await pacer.Enter(host).Place.WaitAsync(s_limit))!);
        }

        return taken;
    }

    /// <summary>A mount that waits for its turn, with nobody who wants it.</summary>
    private async Task<Mount> QueuedAsync(MountFixture fixture)
    {
        _dead = await fixture.Pacer.Enter("dead").Place;
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => mount.State == StreamState.Opening);
        Assert.Equal(0, fixture.Camera.ConnectionCount);
        return mount;
    }
}
