using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>What may go wrong around a box: answers that are lost, fences that are over, boxes that drain together, clocks that are set.</summary>
public sealed class ClusterFaultTests : IAsyncLifetime
{
    private static readonly ClusterConfig s_config = new()
    {
        Name = "site-1",
        Node = "a",
        Advertise = "rtsp://192.0.2.1:8554",
        Secret = new Secret("0123456789abcdef0123456789abcdef"),
    };

    private static readonly ClusterSecrets s_secrets = new(s_config.Name, s_config.Secret!);
    private static readonly ClusterMember s_a = new("a", "rtsp://192.0.2.1:8554", 100);
    private static readonly ClusterMember s_b = new("b", "rtsp://192.0.2.2:8554", 100);

    private readonly JumpingTime _time = new();
    private readonly FakeOwnership _engine = new();
    private readonly ClusterNode _node;
    private readonly HopGate _gate;

    public ClusterFaultTests()
    {
        _node = new ClusterNode(s_config, s_secrets, _engine, _time, NullLogger.Instance) { Life = "life of a" };
        _gate = new HopGate(_node, s_secrets, RedirectMode.Off, _time, NullLogger.Instance);
        _node.Start();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    /// <summary>As long as the engine has it under this box's name, no other box claims it.</summary>
    [Fact]
    public async Task Rest_EngineDoesNotHearIt_IsToldAgainUntilItDoes()
    {
        ICameraOwner owner = await OwnAsync("cam1", 7);
        _engine.HearsReleases = false;
        owner.Rest();
        await UntilReleasedAsync(1);
        for (int told = 2; told < 5; told++)
        {
            await PassAsync(told);
        }

        _engine.HearsReleases = true;
        await PassAsync(5);

        Assert.Equal(("cam1", 7L), Assert.Single(Released().Distinct()));
        _time.Advance(TimeSpan.FromSeconds(10));
        await FlushAsync();
        Assert.Equal(5, Released().Length);
    }

    /// <summary>A claim finds the key that is to go: it is asked again until that has gone.</summary>
    [Fact]
    public async Task Rest_EngineDoesNotHearItAndItIsNeededAgain_IsClaimedAnew()
    {
        ICameraOwner owner = await OwnAsync("cam1", 7);
        _engine.HearsReleases = false;
        owner.Rest();
        await UntilReleasedAsync(1);
        int claims = Claims();
        owner.Need();
        await UntilAsync(() => Claims() > claims + 1, step: true);
        Assert.Equal(OwnershipKind.Unknown, owner.Now.Kind);

        _engine.HearsReleases = true;
        _engine.Answer = static _ => new OwnerRecord("a", 9, IsOurs: true);

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 9 }, step: true);
    }

    /// <summary>A claim whose answer was lost, of a stream that has gone from here since.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnOwner_OursAndNobodyFollowsItHere_IsLetGo(bool inASnapshot)
    {
        OwnerRecord ours = new("a", 9, IsOurs: true);
        Begin(inASnapshot ? new() { ["gone"] = ours, ["theirs"] = new OwnerRecord("b", 8, IsOurs: false) } : []);
        if (!inASnapshot)
        {
            _engine.Watch.OnOwner("gone", ours, 9);
            _engine.Watch.OnOwner("theirs", new OwnerRecord("b", 8, IsOurs: false), 8);
        }

        await UntilReleasedAsync(1);
        await FlushAsync();
        Assert.Equal([("gone", 9L)], Released());
    }

    /// <summary>It had stopped, and another box may have begun: what it owned is not its own because the engine hears it again.</summary>
    [Fact]
    public async Task OnExpired_FenceIsOver_StopsUntilItOwnsTheStreamAgain()
    {
        ICameraOwner owner = await OwnAsync("cam1", 7, stopsWhenAlone: true);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.True(owner.Now.Left!() < TimeSpan.Zero);

        _engine.Watch.OnExpired();
        _engine.Watch.OnRenewed(_time.GetTimestamp());

        await FlushAsync();
        Assert.Equal(OwnershipKind.Unknown, owner.Now.Kind);
    }

    /// <summary>The news of the next owner and the renewal come together: the camera is not asked in between.</summary>
    [Fact]
    public async Task OnRenewed_FenceWasOver_CountsBehindWhatWasHeardBefore()
    {
        ICameraOwner owner = await OwnAsync("cam1", 7, stopsWhenAlone: true);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        using ManualResetEventSlim goOn = new();
        _node.Post(goOn.Wait);

        _engine.Watch.OnOwner("cam1", new OwnerRecord("b", 9, IsOurs: false), 9);
        _engine.Watch.OnRenewed(_time.GetTimestamp());

        bool mayAsk = owner.Now is { Kind: OwnershipKind.Own, Left: { } left } && left() > TimeSpan.Zero;
        goOn.Set();
        Assert.False(mayAsk);
        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Peer, Node: "b" });
        Assert.True(_node.Fence.Left > TimeSpan.Zero);
    }

    /// <summary>Boxes that drain together: viewers of a stream whose owner went are served by whom they are at, where no other box wants it.</summary>
    [Fact]
    public async Task Drain_OwnerOfAViewedStreamIsGone_IsOwnedBehindTheBoxesThatDoNotDrain()
    {
        Begin(new() { ["cam1"] = new OwnerRecord("b", 5, IsOurs: false) });
        ICameraOwner owner = _node.Follow("cam1", stopsWhenAlone: false, static () => { });
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        _node.Moves.Set(true);
        _engine.Watch.OnOwner("cam1", null, 6);
        _engine.Answer = static _ => new OwnerRecord("a", 9, IsOurs: true);
        owner.Need();
        await FlushAsync();
        _time.Advance((2 * ClusterTimings.ClaimStep) - TimeSpan.FromMilliseconds(1));
        await FlushAsync();
        Assert.Equal(0, Claims());

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 9 });
    }

    /// <summary>What nobody else watches stays until its viewers go, a camera of one session too: it is let go once, and not again and again.</summary>
    [Fact]
    public async Task Drain_CameraOfOneSessionThatNobodyTakes_IsReadOn()
    {
        ICameraOwner owner = await OwnAsync("cam1", 7, stopsWhenAlone: true);
        _engine.Answer = static _ => new OwnerRecord("a", 12, IsOurs: true);
        await DrainAsync(() => owner.Now.Kind == OwnershipKind.Unknown, owner);

        await DrainAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 12 }, owner);

        for (int i = 0; i < 100; i++)
        {
            await StepAsync();
            Assert.Equal(OwnershipKind.Own, owner.Now.Kind);
        }

        Assert.Equal([("cam1", 7L)], Released());
        _engine.Watch.OnOwner("cam1", new OwnerRecord("b", 20, IsOurs: false), 20);
        await DrainAsync(() => owner.Now.Kind == OwnershipKind.Peer, owner);
        _engine.Answer = static _ => new OwnerRecord("a", 22, IsOurs: true);
        _engine.Watch.OnOwner("cam1", null, 21);

        await DrainAsync(() => Released().Contains(("cam1", 22L)), owner); // there is one that wanted it
    }

    /// <summary>Each would take it from the other one again and again, and the camera would have another reader twice a second.</summary>
    [Theory]
    [InlineData("nothing comes from there any more")]
    [InlineData("the other box is gone")]
    [InlineData("the other box does not drain any more")]
    public async Task Drain_TogetherWithTheBoxThatReadsOn_TakesNothingFromThereUntil(string what)
    {
        Begin(new() { ["cam1"] = new OwnerRecord("b", 5, IsOurs: false) });
        ICameraOwner owner = _node.Follow("cam1", stopsWhenAlone: false, static () => { });
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        _node.OnPeerDrains("b", drains: true);
        _node.Moves.Set(true);
        _engine.Watch.OnOwner("cam1", null, 6);
        _engine.Answer = static _ => new OwnerRecord("a", 9, IsOurs: true);
        owner.Need(isServed: true);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Claims());

        if (what.StartsWith("nothing", StringComparison.Ordinal))
        {
            owner.Need();
        }
        else if (what.EndsWith("gone", StringComparison.Ordinal))
        {
            _engine.Watch.OnMember("b", null);
        }
        else
        {
            _node.OnPeerDrains("b", drains: false);
        }

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 9 }, step: true);
        Assert.Equal(1, Claims());
    }

    /// <summary>A viewer comes to another box for a stream that stayed here: that box may take it from here, and is the next that owns it.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Drain_AnotherBoxPlaysWhatNobodyTook_IsGivenToIt(bool otherDrains, bool isGiven)
    {
        ICameraOwner owner = await OwnAsync("cam1", 7, stopsWhenAlone: true);
        _engine.Answer = static _ => new OwnerRecord("a", 12, IsOurs: true);
        await DrainAsync(() => owner.Now.Kind == OwnershipKind.Unknown, owner);
        await DrainAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 12 }, owner);
        _node.OnPeerDrains("b", otherDrains);
        Assert.Equal(HopVerdict.In, _gate.Judge(HopOf("DESCRIBE"), "DESCRIBE", "cam1", IPAddress.Loopback, out _));
        for (int i = 0; i < 20; i++)
        {
            await StepAsync();
        }

        Assert.Equal([("cam1", 7L)], Released()); // who only asks what it is like watches nothing

        Assert.Equal(HopVerdict.In, _gate.Judge(HopOf("PLAY"), "PLAY", "cam1", IPAddress.Loopback, out _));
        for (int i = 0; i < 20; i++)
        {
            await StepAsync();
        }

        Assert.Equal(isGiven ? [("cam1", 7L), ("cam1", 12L)] : [("cam1", 7L)], Released());
    }

    /// <summary>The clock of the machine is set while boxes talk: what they say is as new as before, and what was read stays read.</summary>
    [Theory]
    [InlineData(-86_400)]
    [InlineData(3_600)]
    public async Task Judge_ClockOfThisMachineIsSet_NothingChanges(int seconds)
    {
        await OwnAsync("cam1", 7);
        DateTimeOffset clockOfB = _time.GetUtcNow();
        string early = Hop(clockOfB);
        Assert.Equal(HopVerdict.In, Judge(early));
        _time.Advance(TimeSpan.FromMinutes(5)); // its nonce is forgotten by then

        _time.Jump += TimeSpan.FromSeconds(seconds);

        Assert.Equal(HopVerdict.In, Judge(Hop(clockOfB + TimeSpan.FromMinutes(5))));
        Assert.Equal(HopVerdict.Stranger, Judge(early));
    }

    /// <summary>As long ago as the clock says that it is now.</summary>
    [Fact]
    public async Task Judge_ClockIsSetBackToWhenARequestWasRead_ItIsNotReadAgain()
    {
        await OwnAsync("cam1", 7);
        string early = Hop(_time.GetUtcNow());
        Assert.Equal(HopVerdict.In, Judge(early));
        _time.Advance(TimeSpan.FromMinutes(5));

        _time.Jump -= TimeSpan.FromMinutes(5);

        Assert.Equal(HopVerdict.Stranger, Judge(early));
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(3_600)]
    public async Task Hop_ClockOfThisMachineIsSet_IsDatedAsBefore(int seconds)
    {
        Begin(new() { ["cam1"] = new OwnerRecord("b", 5, IsOurs: false) });
        ICameraOwner owner = _node.Follow("cam1", stopsWhenAlone: false, static () => { });
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        Assert.True(HopHeader.TryParse(owner.Now.Hop!("PLAY"), out HopHeader before));
        _time.Advance(TimeSpan.FromSeconds(7));

        _time.Jump += TimeSpan.FromSeconds(seconds);

        Assert.True(HopHeader.TryParse(owner.Now.Hop!("PLAY"), out HopHeader after));
        Assert.Equal(7000, after.UnixMilliseconds - before.UnixMilliseconds);
    }

    /// <summary>A box finds out at its own address whether it is another one that answers there.</summary>
    [Fact]
    public async Task Answer_ToItself_SaysItsLifeAndPromisesNothing()
    {
        await OwnAsync("cam1", 7);
        string asked = HopHeader.Make(s_secrets.Hop, "a", "a", 0, _time.GetUtcNow(), "GET_PARAMETER", "");
        _time.Advance(TimeSpan.FromSeconds(5)); // the engine is lost by now
        int claims = Claims();

        (byte[] body, _) = _gate.Answer(asked);

        Assert.Equal("life of a", PeerState.Read(body)!.Life);
        _engine.Watch.OnExpired();
        Begin([]);
        await Until.TrueAsync(() => Claims() > claims); // no time goes by
    }

    private static string Hop(DateTimeOffset made) => HopHeader.Make(s_secrets.Hop, "b", "a", 7, made, "PLAY", "cam1");

    private string HopOf(string method) => HopHeader.Make(s_secrets.Hop, "b", "a", 7, _time.GetUtcNow(), method, "cam1");

    private HopVerdict Judge(string hop) => _gate.Judge(hop, "PLAY", "cam1", IPAddress.Loopback, out _);

    private (string Stream, long Epoch)[] Released()
    {
        lock (_engine.Claims)
        {
            return [.. _engine.Released];
        }
    }

    private int Claims()
    {
        lock (_engine.Claims)
        {
            return _engine.Claims.Count;
        }
    }

    private Task UntilReleasedAsync(int count) => Until.TrueAsync(() => Released().Length >= count);

    /// <summary>Time goes by until it was told so often.</summary>
    private Task PassAsync(int told) => UntilAsync(() => Released().Length >= told, step: true);

    private async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(100))
        {
            await FlushAsync();
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await FlushAsync();
    }

    private Task DrainAsync(Func<bool> condition, ICameraOwner owner) => Until.TrueAsync(async () =>
    {
        await StepAsync();
        owner.Need(); // its viewers are there
        return condition();
    });

    private async Task StepAsync()
    {
        _node.Moves.Set(true);
        await FlushAsync();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await FlushAsync();
    }

    private Task UntilAsync(Func<bool> condition, bool step = false) => Until.TrueAsync(async () =>
    {
        if (step && !condition())
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await FlushAsync();
        }

        return condition();
    });

    private void Begin(Dictionary<string, OwnerRecord> owners) =>
        _engine.Watch.OnSnapshot(new OwnershipSnapshot([s_a, s_b], owners, new Dictionary<string, byte[]>(), 1));

    private async Task<ICameraOwner> OwnAsync(string stream, long epoch, bool stopsWhenAlone = false)
    {
        Begin([]);
        _engine.Answer = _ => new OwnerRecord("a", epoch, IsOurs: true);
        _engine.Watch.OnRenewed(_time.GetTimestamp());
        ICameraOwner owner = _node.Follow(stream, stopsWhenAlone, static () => { });
        owner.Need();
        await FlushAsync();
        _time.Advance(ClusterTimings.ClaimStep);
        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own } now && now.Epoch == epoch);
        return owner;
    }

    /// <summary>Everything that was posted before has had its turn.</summary>
    private async Task FlushAsync() => await _node.MembersAsync();
}
