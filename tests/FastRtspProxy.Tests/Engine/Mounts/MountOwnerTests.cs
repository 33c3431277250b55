using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Where a mount takes its stream from, while several boxes share the cameras.</summary>
public sealed class MountOwnerTests
{
    [Fact]
    public async Task Start_NobodyIsKnownToOwnIt_AsksForAnOwnerAndTouchesNoCamera()
    {
        FakeOwners owners = new();
        await using MountFixture fixture = new() { Owners = owners };
        fixture.Create();

        await Until.TrueAsync(() => owners.Needs > 0);
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));

        Assert.Equal(0, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Start_ThisBoxOwnsIt_ReadsTheCameraAsEver()
    {
        FakeOwners owners = new();
        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();

        await fixture.JoinAsync(mount);

        Assert.All(fixture.Camera.Requests, static request => Assert.Null(request.Header(HopHeader.Name)));
    }

    [Fact]
    public async Task Start_AnotherBoxOwnsIt_IsTakenFromThereWithTrueTimesAndWithoutTheCamerasPassword()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);

        await fixture.JoinAsync(mount);

        Assert.Equal(0, fixture.Camera.ConnectionCount);
        Assert.EndsWith("?start=past", peer.Requests.First(static request => request.Method == "DESCRIBE").Uri, StringComparison.Ordinal);
        Assert.All(peer.Requests, static request => Assert.Equal("proof of " + request.Method, request.Header(HopHeader.Name)));
        Assert.All(peer.Requests, static request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Changed_FromAnotherBoxToThisOne_ViewersAreHeldAndPlayOnAndTheCameraIsRead()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        peer.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);

        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 8));

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        await Until.TrueAsync(() => peer.Count("TEARDOWN") == 1);
        Assert.Null(client.End);
    }

    /// <summary>The owner has it anew, or has more time: nothing is interrupted.</summary>
    [Fact]
    public async Task Changed_SameBoxUnderAnotherEpoch_GoesOn()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);
        await fixture.JoinAsync(mount);

        owners.Tell(PeerAt(peer, 9));

        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal(1, peer.ConnectionCount);
        Assert.Equal(0, peer.Count("TEARDOWN"));
    }

    [Fact]
    public async Task Changed_OwnerHasLetItGoAndNobodyWatches_RestsUntilSomebodyDoes()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);
        await Until.TrueAsync(() => mount.State == StreamState.Ready);
        int needs = owners.Needs;

        owners.Tell(PeerAt(peer, 7) with { IsVacant = true });

        await Until.TrueAsync(() => peer.OpenConnections == 0);
        Assert.Equal(StreamState.Ready, mount.State);
        Assert.Equal(needs, owners.Needs);
        Task<PlayGrant> join = mount.JoinAsync(fixture.Client(), PlayWish.Everything);
        await Until.TrueAsync(() => owners.Needs > needs);
        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 8));
        Assert.Equal(PlayOutcome.Playing, (await join).Outcome);
    }

    [Fact]
    public async Task Changed_OwnerHasLostItAndSomebodyWatches_IsAskedForAndTakenFromThereMeanwhile()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);
        await fixture.JoinAsync(mount);
        int needs = owners.Needs;

        owners.Tell(PeerAt(peer, 7) with { IsVacant = true });

        await Until.TrueAsync(() => owners.Needs > needs);
        Assert.Equal((1, true), (peer.OpenConnections, owners.IsServed));

        peer.DropOldestConnection();

        await Until.TrueAsync(() => !owners.IsServed); // nothing comes from there any more
    }

    [Fact]
    public async Task Fence_IsOver_TheCameraHearsTheTeardownAndNothingElseUntilThereIsMore()
    {
        FakeTimeProvider time = new();
        long until = time.GetTimestamp() + (10 * time.TimestampFrequency);
        FakeOwners owners = new();
        CameraOwnership fenced = new(OwnershipKind.Own, "a", 7) { Left = () => time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref until)) };
        owners.Tell(fenced);
        await using MountFixture fixture = new(time) { Owners = owners };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(10.1));

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && fixture.Camera.OpenConnections == 0);
        int setups = fixture.Camera.Count("SETUP");
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(5));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal(setups, fixture.Camera.Count("SETUP"));
        Assert.Null(client.End);
        Volatile.Write(ref until, time.GetTimestamp() + (10 * time.TimestampFrequency));
        owners.Tell(fenced);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
    }

    /// <summary>A process that was stopped goes on in the middle of what it was about to send: the clock has gone on, and no timer has fired yet.</summary>
    [Fact]
    public async Task Fence_IsOverInTheMiddleOfADialogue_NoSetupIsSent()
    {
        bool isOver = false;
        FakeOwners owners = new();
        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 7) { Left = () => Volatile.Read(ref isOver) ? TimeSpan.FromSeconds(-3) : TimeSpan.FromHours(1) });
        await using MountFixture fixture = new() { Owners = owners };
        fixture.Camera.Script = request =>
        {
            if (request.Method == "DESCRIBE")
            {
                Volatile.Write(ref isOver, true);
            }

            return null;
        };
        Mount mount = fixture.Create();
        Task<PlayGrant> join = mount.JoinAsync(fixture.Client(), PlayWish.Everything);

        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1 && fixture.Camera.OpenConnections == 0);

        Assert.Equal(0, fixture.Camera.Count("SETUP"));
        Assert.False(join.IsCompleted);
    }

    /// <summary>What the cluster tells may come before it is known whom it is told to.</summary>
    [Fact]
    public async Task Start_FollowsOnItsShard()
    {
        FakeOwners owners = new();
        await using MountFixture fixture = new() { Owners = owners };
        fixture.Change = static options => options with { StopsWhenAlone = true };
        fixture.Create();

        await Until.TrueAsync(() => owners.Needs > 0);

        Assert.Equal(await fixture.MountShard.RunAsync(static () => Task.FromResult(Environment.CurrentManagedThreadId)), owners.FollowedOnThread);
        Assert.True(owners.StopsWhenAlone);
    }

    [Fact]
    public async Task Change_ToACameraOfOneSession_IsToldAndFencesTheSessionThatGoesOn()
    {
        FakeTimeProvider time = new();
        bool isOver = false;
        FakeOwners owners = new();
        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 7));
        await using MountFixture fixture = new(time) { Owners = owners, BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Camera.TimeoutSeconds = 20;
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        Assert.False(owners.StopsWhenAlone);

        await mount.ChangeAsync(fixture.Options() with { StopsWhenAlone = true }, fixture.Ring, [0]);

        Assert.True(owners.StopsWhenAlone);
        owners.Tell(owners.Now with { Left = () => Volatile.Read(ref isOver) ? TimeSpan.FromSeconds(-3) : TimeSpan.FromDays(100) });
        await fixture.QuietAsync(); // the camera has read what was asked before
        Volatile.Write(ref isOver, true);
        int asked = fixture.Camera.Requests.Count;
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return fixture.Camera.OpenConnections == 0;
        });
        Assert.All(fixture.Camera.Requests.Skip(asked), static request => Assert.Equal("TEARDOWN", request.Method));
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
        Assert.Null(client.End);
    }

    /// <summary>The proof is that of the newest epoch, also in a session that began before it.</summary>
    [Fact]
    public async Task Changed_SameBoxUnderAnotherEpoch_IsAskedByTheNewOne()
    {
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(FakeOwners.PeerAt(peer, 7, static _ => "7"));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        owners.Tell(FakeOwners.PeerAt(peer, 9, static _ => "9"));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));

        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 10));

        await Until.TrueAsync(() => peer.Count("TEARDOWN") == 1 && fixture.Camera.Count("PLAY") == 1);
        Assert.Equal("9", peer.Requests[^1].Header(HopHeader.Name));
        Assert.Null(client.End);
    }

    /// <summary>What proves that we are a box is for that box alone.</summary>
    [Fact]
    public async Task Start_AnotherBoxRedirects_IsNotFollowed()
    {
        using ScriptedCamera elsewhere = new();
        using ScriptedCamera peer = new() { Script = _ => new ScriptedReply { Status = 302, Headers = [("Location", elsewhere.Url)] } };
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        fixture.Create();

        await Until.TrueAsync(() => fixture.Log.Loud.Any(static line => line.Contains("which boxes of a cluster do not", StringComparison.Ordinal)));

        Assert.Equal(0, elsewhere.ConnectionCount);
    }

    /// <summary>A capture proves itself like the stream does, and ends when another box has the stream.</summary>
    [Fact]
    public async Task Capture_OfAStreamOfAnotherBox_ProvesItselfAndEndsWithTheOwner()
    {
        await using MountFixture fixture = OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount);
        await fixture.JoinAsync(mount);
        CameraCapture capture = new(await mount.CameraAsync(), fixture.MountShard, fixture.Log);
        Task<string?> running = capture.RunAsync(new SilentTap(), TimeSpan.FromHours(1), CancellationToken.None);
        await Until.TrueAsync(() => peer.Count("PLAY") == 2);

        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 8));

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(peer.Requests, static request => Assert.Equal("proof of " + request.Method, request.Header(HopHeader.Name)));
        await Until.TrueAsync(() => peer.Count("TEARDOWN") == 2);
    }

    /// <summary>A mount whose stream another box has, in the seventh epoch.</summary>
    private static MountFixture OfPeer(out ScriptedCamera peer, out FakeOwners owners, out Mount mount)
    {
        owners = new FakeOwners();
        MountFixture fixture = new() { Owners = owners };
        peer = fixture.Own(new ScriptedCamera());
        owners.Tell(PeerAt(peer, 7));
        mount = fixture.Create();
        return fixture;
    }

    private static CameraOwnership PeerAt(ScriptedCamera peer, long epoch) => FakeOwners.PeerAt(peer, epoch, static method => "proof of " + method);

    private sealed class SilentTap : ICameraTap
    {
        public void OnOpened(bool isEncrypted, bool isTunnelled)
        {
        }

        public void OnStream(bool isSent, ReadOnlySpan<byte> bytes)
        {
        }

        public void OnDatagram(bool isSent, int localPort, ReadOnlySpan<byte> datagram)
        {
        }

        public void OnClosed(bool isByCamera)
        {
        }
    }
}
