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
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();

        await fixture.JoinAsync(mount);

        Assert.Equal(0, fixture.Camera.ConnectionCount);
        Assert.EndsWith("?start=past", peer.Requests.First(static request => request.Method == "DESCRIBE").Uri, StringComparison.Ordinal);
        Assert.All(peer.Requests, static request => Assert.Equal("proof of " + request.Method, request.Header(HopHeader.Name)));
        Assert.All(peer.Requests, static request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Changed_FromAnotherBoxToThisOne_ViewersAreHeldAndPlayOnAndTheCameraIsRead()
    {
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        peer.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);

        owners.Tell(new CameraOwnership(OwnershipKind.Own, "a", 8));

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        Assert.Equal(1, peer.Count("TEARDOWN"));
        Assert.Null(client.End);
    }

    /// <summary>The owner has it anew, or has more time: nothing is interrupted.</summary>
    [Fact]
    public async Task Changed_SameBoxUnderAnotherEpoch_GoesOn()
    {
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);

        owners.Tell(PeerAt(peer, 9));

        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal(1, peer.ConnectionCount);
        Assert.Equal(0, peer.Count("TEARDOWN"));
    }

    [Fact]
    public async Task Changed_OwnerHasLetItGoAndNobodyWatches_RestsUntilSomebodyDoes()
    {
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();
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
        using ScriptedCamera peer = new();
        FakeOwners owners = new();
        owners.Tell(PeerAt(peer, 7));
        await using MountFixture fixture = new() { Owners = owners };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        int needs = owners.Needs;

        owners.Tell(PeerAt(peer, 7) with { IsVacant = true });

        await Until.TrueAsync(() => owners.Needs > needs);
        Assert.Equal(1, peer.OpenConnections);
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

        time.Advance(TimeSpan.FromSeconds(10.1));

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && fixture.Camera.OpenConnections == 0);
        int setups = fixture.Camera.Count("SETUP");
        time.Advance(TimeSpan.FromSeconds(5));
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

    private static CameraOwnership PeerAt(ScriptedCamera peer, long epoch)
    {
        Assert.True(RtspUrl.TryParse($"rtsp://127.0.0.1:{peer.Port}/cam?start=past", out RtspUrl? url, out _));
        return new CameraOwnership(OwnershipKind.Peer, "b", epoch) { Url = url, Hop = static method => "proof of " + method };
    }

    /// <summary>Says what a test says, of every stream.</summary>
    private sealed class FakeOwners : ICameraOwners, ICameraOwner
    {
        private volatile CameraOwnership _now = CameraOwnership.Unknown;
        private volatile Action? _changed;
        private int _needs;

        public CameraOwnership Now => _now;

        public int Needs => Volatile.Read(ref _needs);

        public ICameraOwner Follow(string stream, Action changed)
        {
            _changed = changed;
            return this;
        }

        public void Tell(CameraOwnership now)
        {
            _now = now;
            _changed?.Invoke();
        }

        public void Need(bool stopsWhenAlone) => Interlocked.Increment(ref _needs);

        public void Rest()
        {
        }

        public void Leave()
        {
        }
    }
}
