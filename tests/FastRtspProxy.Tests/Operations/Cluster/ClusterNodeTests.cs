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

/// <summary>What a box decides of its streams, and whom it lets in; the engine and the clock are the test's.</summary>
public sealed class ClusterNodeTests : IAsyncLifetime
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

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeOwnership _engine = new();
    private readonly ClusterNode _node;
    private readonly HopGate _gate;
    private int _changes;

    public ClusterNodeTests()
    {
        _node = new ClusterNode(s_config, s_secrets, _engine, _time, NullLogger.Instance);
        _gate = new HopGate(_node, s_secrets, RedirectMode.Auto, _time, NullLogger.Instance);
        _node.Start();
    }

    /// <summary>Streams that this box, or the other one, tries to own first.</summary>
    private static string First(string node) => Enumerable.Range(0, 100).Select(static n => $"cam{n}").First(name => Rendezvous.Order(name, [s_a, s_b])[0] == node);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Need_NobodyOwnsItAndThisBoxIsFirst_ClaimsAtOnceAndOwns()
    {
        string stream = First("a");
        Begin();
        _engine.Answer = static _ => new OwnerRecord("a", 7, IsOurs: true);
        ICameraOwner owner = Follow(stream);

        owner.Need();

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 7, Left: null });
        Assert.Equal([stream], _engine.Claims);
    }

    [Fact]
    public async Task Follow_NobodyNeedsIt_ClaimsNothing()
    {
        Begin();
        ICameraOwner owner = Follow(First("a"));

        _time.Advance(TimeSpan.FromSeconds(10));

        await FlushAsync();
        Assert.Empty(_engine.Claims);
        Assert.Equal(CameraOwnership.Unknown, owner.Now);
    }

    [Fact]
    public async Task Need_AnotherBoxIsFirst_WaitsForItsTurn()
    {
        Begin();
        ICameraOwner owner = Follow(First("b"));
        owner.Need();
        await FlushAsync();
        _time.Advance(ClusterTimings.ClaimStep - TimeSpan.FromMilliseconds(1));
        await FlushAsync();
        Assert.Empty(_engine.Claims);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await UntilAsync(() => _engine.Claims.Count == 1);
    }

    [Fact]
    public async Task Need_AnotherBoxHasItMeanwhile_IsTakenFromThereAndNotClaimed()
    {
        string stream = First("b");
        Begin();
        ICameraOwner owner = Follow(stream);
        owner.Need();
        await FlushAsync();

        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);

        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        Assert.Equal($"rtsp://192.0.2.2:8554/{stream}?start=past", owner.Now.Url!.Text);
        _time.Advance(TimeSpan.FromSeconds(1));
        await FlushAsync();
        Assert.Empty(_engine.Claims);
    }

    [Fact]
    public async Task Claim_IsLost_ItsWinnerIsAsked()
    {
        string stream = First("a");
        Begin();
        _engine.Answer = static _ => new OwnerRecord("b", 9, IsOurs: false);
        ICameraOwner owner = Follow(stream);

        owner.Need();

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Peer, Node: "b", Epoch: 9 });
    }

    /// <summary>What still comes from there is as good as ever; whoever needs it says so, and then it is claimed.</summary>
    [Fact]
    public async Task OnOwner_TheOtherBoxHasLostIt_StaysTheSourceUntilSomebodyHasIt()
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        _engine.Watch.OnOwner(stream, null, 10);
        await UntilAsync(() => owner.Now.IsVacant);
        Assert.Equal(OwnershipKind.Peer, owner.Now.Kind);
        Assert.Empty(_engine.Claims);
        _engine.Answer = static _ => new OwnerRecord("a", 11, IsOurs: true);

        owner.Need();

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 11 });
        Assert.Equal(1, _node.Counters.Takeovers);
        Assert.Equal("b", _node.Counters.LastTakeover!.From);
    }

    [Fact]
    public async Task OnOwner_OlderThanWhatIsKnown_IsIgnored()
    {
        string stream = First("a");
        Begin();
        ICameraOwner owner = Follow(stream);
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        await UntilAsync(() => owner.Now.Epoch == 9);

        _engine.Watch.OnOwner(stream, null, 8);
        _engine.Watch.OnOwner(stream, new OwnerRecord("a", 7, IsOurs: true), 7);

        await FlushAsync();
        Assert.Equal((OwnershipKind.Peer, 9L, false), (owner.Now.Kind, owner.Now.Epoch, owner.Now.IsVacant));
    }

    /// <summary>A lease that ran out: the camera is read on, and the stream is claimed at once, by whoever is nearest.</summary>
    [Fact]
    public async Task OnExpired_OwnStream_IsReadOnAndClaimedAnew()
    {
        string stream = First("b");
        ICameraOwner owner = await OwnAsync(stream, 7);
        _engine.Watch.OnExpired();
        await FlushAsync();
        Assert.Equal(OwnershipKind.Own, owner.Now.Kind);
        _engine.Answer = static _ => new OwnerRecord("a", 12, IsOurs: true);

        _engine.Watch.OnSnapshot(new OwnershipSnapshot([s_a, s_b], new Dictionary<string, OwnerRecord>(), new Dictionary<string, byte[]>(), 11));

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 12 });
        Assert.Equal(0, _node.Counters.Takeovers);
    }

    [Fact]
    public async Task OnExpired_AnotherBoxWasQuicker_IsTakenFromThere()
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 7);
        _engine.Watch.OnExpired();

        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Peer, Epoch: 9 });
        Assert.Equal(1, _node.Counters.Lost);
    }

    /// <summary>An engine whose data are gone counts from one again.</summary>
    [Fact]
    public async Task OnSnapshot_EngineCameBackEmpty_ClaimsAnewUnderALowerEpoch()
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 700);
        _engine.Watch.OnExpired();
        _engine.Answer = static _ => new OwnerRecord("a", 3, IsOurs: true);

        _engine.Watch.OnSnapshot(new OwnershipSnapshot([s_a], new Dictionary<string, OwnerRecord>(), new Dictionary<string, byte[]>(), 2));

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 3 });
    }

    [Fact]
    public async Task Rest_OwnStream_IsAnybodysAgain()
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 7);

        owner.Rest();

        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Unknown);
        Assert.Equal([(stream, 7L)], _engine.Released);
    }

    /// <summary>A box is cut off from the engine, and not from the others.</summary>
    [Theory]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public async Task OnPeerOwns_OwnStream_TheHigherEpochCounts(long epoch, bool isOurs)
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 7);

        _node.OnPeerOwns("b", new Dictionary<string, long> { [stream] = epoch });

        await FlushAsync();
        Assert.Equal(isOurs ? OwnershipKind.Own : OwnershipKind.Peer, owner.Now.Kind);
    }

    [Fact]
    public async Task Fence_NoRenewal_IsOverBeforeAnotherBoxMayBeginAndBackWithTheNextOne()
    {
        string stream = First("a");
        _engine.Answer = static _ => new OwnerRecord("a", 7, IsOurs: true);
        Begin();
        _engine.Watch.OnRenewed(_time.GetTimestamp());
        ICameraOwner owner = Follow(stream, stopsWhenAlone: true);
        owner.Need();
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Own);
        Assert.Equal(TimeSpan.FromSeconds(1.4), owner.Now.Left!());
        _time.Advance(TimeSpan.FromSeconds(1.41));
        Assert.True(owner.Now.Left!() < TimeSpan.Zero);
        int changes = _changes;

        _engine.Watch.OnRenewed(_time.GetTimestamp());

        await UntilAsync(() => _changes > changes); // whoever stopped looks again
        Assert.Equal(TimeSpan.FromSeconds(1.4), owner.Now.Left!());
    }

    /// <summary>A reload changes what this box may do with a stream that it owns already.</summary>
    [Fact]
    public async Task Rule_OwnStream_IsFencedOrNotFromThenOn()
    {
        ICameraOwner owner = await OwnAsync(First("a"), 7);
        Assert.Null(owner.Now.Left);

        owner.Rule(stopsWhenAlone: true);
        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 7, Left: not null });

        owner.Rule(stopsWhenAlone: false);
        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 7, Left: null });
    }

    /// <summary>What this box owns when it is read again was not needed a moment ago.</summary>
    [Fact]
    public async Task OnSnapshot_OwnStreamThatNobodyHasNeededYet_IsFencedByItsSettings()
    {
        string stream = First("a");
        ICameraOwner owner = Follow(stream, stopsWhenAlone: true);
        Dictionary<string, OwnerRecord> owners = new() { [stream] = new OwnerRecord("a", 7, IsOurs: true) };

        _engine.Watch.OnSnapshot(new OwnershipSnapshot([s_a, s_b], owners, new Dictionary<string, byte[]>(), 8));

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Left: not null });
    }

    /// <summary>The fence counts steps of a clock that nobody sets, whatever day it is said to be.</summary>
    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task Fence_ClockOfTheDayJumps_IsNeitherLongerNorShorter(int seconds)
    {
        JumpingTime time = new();
        await using ClusterNode node = new(s_config, s_secrets, new FakeOwnership(), time, NullLogger.Instance);
        node.OnRenewed(time.GetTimestamp());
        time.Advance(TimeSpan.FromSeconds(1));

        time.Jump += TimeSpan.FromSeconds(seconds);

        await node.MembersAsync(); // the first renewal has had its turn
        Assert.Equal(TimeSpan.FromSeconds(0.4), node.Fence.Left);
        Assert.Equal(TimeSpan.FromSeconds(1), node.SinceRenewal);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(node.Fence.Left < TimeSpan.Zero);
    }

    /// <summary>A promise keeps this box from a dead one's streams; whoever has kept one of its requests until it was forgotten gets none.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(61, false)]
    public async Task Answer_ToARequestOfLongAgo_PromisesNothing(int seconds, bool promises)
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnRenewed(_time.GetTimestamp());
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        string asked = HopHeader.Make(s_secrets.Hop, "b", "a", 0, _time.GetUtcNow().AddSeconds(100), "GET_PARAMETER", "");
        _time.Advance(TimeSpan.FromSeconds(100 + seconds)); // the engine is lost by now

        Assert.Equal(HopVerdict.In, Judge(asked, "GET_PARAMETER", ""));
        _ = _gate.Answer(asked);

        _engine.Watch.OnOwner(stream, null, 10);
        owner.Need();
        await FlushAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await FlushAsync();
        Assert.Equal(promises, _engine.Claims.Count == 0);
    }

    [Theory]
    [InlineData(45, "is made 45 s from now by the clock of this box, and 30 s is the most. Remedy: set the clocks of both boxes (NTP)")]
    [InlineData(-45, "was made 45 s ago by the clock of this box, and 30 s is the most. Remedy: set the clocks of both boxes (NTP)")]
    public async Task Judge_ClockOfTheOtherBoxIsOff_SaysSoAndWhatToDo(int seconds, string expected)
    {
        string stream = First("a");
        await OwnAsync(stream, 7);
        RecordingLogger log = new();
        HopGate gate = new(_node, s_secrets, RedirectMode.Auto, _time, log);
        string hop = HopHeader.Make(s_secrets.Hop, "b", "a", 7, _time.GetUtcNow().AddSeconds(seconds), "PLAY", stream);

        Assert.Equal(HopVerdict.Stranger, gate.Judge(hop, "PLAY", stream, IPAddress.Loopback, out _));

        Assert.Contains($"says that it is box b, and {expected}", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
    }

    /// <summary>Who has said that it lost the engine claims nothing of whoever asked, while that goes on by its word.</summary>
    [Fact]
    public async Task Promise_StreamOfThatBox_IsNotClaimedBeforeItsTtlIsOver()
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        _node.Promise("b");
        _engine.Watch.OnOwner(stream, null, 10);
        owner.Need();
        await FlushAsync();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        await FlushAsync();
        Assert.Empty(_engine.Claims);

        _time.Advance(TimeSpan.FromSeconds(0.11));

        await UntilAsync(() => _engine.Claims.Count == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // a camera of one session: another box may read it
    public async Task Need_EngineNeverAnswers_IsReadAloneAfterAWhile(bool stopsWhenAlone)
    {
        ICameraOwner owner = Follow(First("a"), stopsWhenAlone);
        owner.Need();
        for (int i = 0; i < 30; i++)
        {
            await FlushAsync();
            _time.Advance(ClusterTimings.ClaimRetry);
        }

        await UntilAsync(() => owner.Now.Kind == (stopsWhenAlone ? OwnershipKind.Unknown : OwnershipKind.Own));
        Assert.Equal(0, owner.Now.Epoch);
    }

    [Fact]
    public async Task Drain_OwnStream_IsLetGoAndReadOnUntilAnotherBoxHasIt()
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 7);
        _node.Moves.Set(true);
        await UntilAsync(() => _engine.Released.Count == 1);
        _engine.Watch.OnOwner(stream, null, 8);
        await FlushAsync();
        Assert.Equal(OwnershipKind.Own, owner.Now.Kind);
        int claims = _engine.Claims.Count;

        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);

        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        Assert.Equal(claims, _engine.Claims.Count);
    }

    /// <summary>By hand: back to a box that has returned.</summary>
    [Fact]
    public async Task MoveAsync_OwnStream_IsReadOnUntilAnotherBoxHasItAndOnlyThatOneMoves()
    {
        string[] streams = [.. Enumerable.Range(0, 100).Select(static n => $"cam{n}").Where(static name => Rendezvous.Order(name, [s_a, s_b])[0] == "a").Take(2)];
        ICameraOwner owner = await OwnAsync(streams[0], 7);
        ICameraOwner other = await OwnAsync(streams[1], 7);
        int claims = _engine.Claims.Count;
        List<string> told = [];
        _node.OwnerChanged = (stream, why) => told.Add($"{stream}: {why}");

        Assert.Equal(true, await _node.MoveAsync(streams[0]));

        Assert.Equal([(streams[0], 7L)], _engine.Released);
        _engine.Watch.OnOwner(streams[0], null, 9);
        _node.Moves.Set(false);
        await FlushAsync();
        Assert.Equal(OwnershipKind.Own, owner.Now.Kind);
        _engine.Watch.OnOwner(streams[0], new OwnerRecord("b", 10, IsOurs: false), 10);
        _node.Moves.Set(false);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        await FlushAsync();
        Assert.Equal(OwnershipKind.Own, other.Now.Kind);
        Assert.Equal(claims, _engine.Claims.Count);
        Assert.Equal([$"{streams[0]}: box b owns it now (epoch 10), this box did before"], told);
        Assert.Equal(false, await _node.MoveAsync(streams[0])); // it is not this box's to give
        Assert.Null(await _node.MoveAsync("none"));
    }

    [Fact]
    public async Task MoveAsync_NobodyElseNeedsIt_StaysHere()
    {
        ICameraOwner owner = await OwnAsync(First("a"), 7);
        Assert.Equal(true, await _node.MoveAsync(First("a")));
        _engine.Watch.OnOwner(First("a"), null, 8);
        await FlushAsync();
        int claims = _engine.Claims.Count;
        _engine.Answer = static _ => new OwnerRecord("a", 9, IsOurs: true);
        _time.Advance(TimeSpan.FromSeconds(3.1));

        _node.Moves.Set(false);

        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own, Epoch: 9 });
        Assert.Equal(claims + 1, _engine.Claims.Count);
    }

    [Fact]
    public async Task Drain_CameraOfOneSession_IsLetGoBeforeTheStream()
    {
        string stream = First("a");
        ICameraOwner owner = await OwnAsync(stream, 7, stopsWhenAlone: true);
        _node.Moves.Set(true);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Unknown);
        owner.Need(); // its viewers are there
        await FlushAsync();
        Assert.Empty(_engine.Released);
        Assert.Equal(OwnershipKind.Unknown, owner.Now.Kind);
        _time.Advance(TimeSpan.FromSeconds(1));

        _node.Moves.Set(true);

        await UntilAsync(() => _engine.Released.Count == 1);
    }

    [Fact]
    public async Task Judge_BoxThatAsksTheOwner_IsInOnceAndForThatStreamAlone()
    {
        string stream = First("a");
        await OwnAsync(stream, 7);
        string hop = HopOf("DESCRIBE", stream, 7);

        Assert.Equal(HopVerdict.In, Judge(hop, "DESCRIBE", stream));
        Assert.Equal(HopVerdict.Stranger, Judge(hop, "DESCRIBE", stream)); // read before
        Assert.Equal(HopVerdict.Stranger, Judge(HopOf("DESCRIBE", stream, 7), "SETUP", stream));
        Assert.Equal(HopVerdict.Stranger, Judge(HopOf("DESCRIBE", stream, 7), "DESCRIBE", "other"));
        Assert.Equal(HopVerdict.Stranger, Judge("b;7;0;0123456789abcdef;" + new string('0', 64), "DESCRIBE", stream));
        Assert.Equal(HopVerdict.Stranger, Judge("rubbish", "DESCRIBE", stream));
        Assert.Equal(5, _node.Counters.Strangers);
    }

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-29, true)]
    [InlineData(29, true)]
    [InlineData(31, false)]
    public async Task Judge_MadeAtAnotherTime_IsInForHalfAMinute(int seconds, bool isIn)
    {
        string stream = First("a");
        await OwnAsync(stream, 7);

        HopVerdict verdict = Judge(HopHeader.Make(s_secrets.Hop, "b", "a", 7, _time.GetUtcNow().AddSeconds(seconds), "PLAY", stream), "PLAY", stream);

        Assert.Equal(isIn ? HopVerdict.In : HopVerdict.Stranger, verdict);
    }

    [Fact]
    public async Task Judge_StreamOfAnotherBox_IsToldWhoHasIt()
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);

        Assert.Equal(HopVerdict.NotOwner, _gate.Judge(HopOf("DESCRIBE", stream, 9), "DESCRIBE", stream, IPAddress.Loopback, out string told));
        Assert.Equal("b;9", told);
    }

    [Theory]
    [InlineData("Lavf58.76.100", true)]
    [InlineData("GStreamer/1.22.0", true)]
    [InlineData("LibVLC/3.0.18", false)] // nobody knows whether it goes there
    [InlineData(null, false)]
    public async Task ElsewhereFor_StreamOfAnotherBox_SendsWhoeverIsKnownToGoThere(string? userAgent, bool isSent)
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);

        Assert.Equal(isSent ? $"rtsp://192.0.2.2:8554/{stream}" : null, _gate.ElsewhereFor(stream, userAgent));
    }

    /// <summary>It would refuse them.</summary>
    [Fact]
    public async Task ElsewhereFor_OwnerDrains_IsServedHere()
    {
        string stream = First("a");
        Begin();
        _engine.Watch.OnOwner(stream, new OwnerRecord("b", 9, IsOurs: false), 9);
        ICameraOwner owner = Follow(stream);
        await UntilAsync(() => owner.Now.Kind == OwnershipKind.Peer);
        _node.OnPeerDrains("b", drains: true);
        await FlushAsync();
        Assert.Null(_gate.ElsewhereFor(stream, "Lavf58.76.100"));

        _node.OnPeerDrains("b", drains: false);
        await FlushAsync();

        Assert.Equal($"rtsp://192.0.2.2:8554/{stream}", _gate.ElsewhereFor(stream, "Lavf58.76.100"));
    }

    /// <summary>Another life of this box has owned it since, and lost it.</summary>
    [Fact]
    public async Task Judge_EpochAboveOurs_IsNotServed()
    {
        string stream = First("a");
        await OwnAsync(stream, 7);

        Assert.Equal(HopVerdict.NotOwner, Judge(HopOf("DESCRIBE", stream, 8), "DESCRIBE", stream));
    }

    [Fact]
    public async Task Answer_AskedByABox_SaysWhatIsOwnedAndProvesIt()
    {
        string stream = First("a");
        await OwnAsync(stream, 7);
        string asked = HopHeader.Make(s_secrets.Hop, "b", "a", 0, _time.GetUtcNow().AddHours(3), "GET_PARAMETER", "");
        Assert.Equal(HopVerdict.In, Judge(asked, "GET_PARAMETER", "")); // by it the clocks are set, so it does not go by them

        (byte[] body, string proof) = _gate.Answer(asked);

        Assert.True(HopHeader.TryParse(proof, out HopHeader answer));
        Assert.True(HopHeader.TryParse(asked, out HopHeader hop));
        Assert.True(answer.IsProof(s_secrets.Hop, "b", HopGate.AnswerMethod, HopGate.ProofText(hop.Nonce, body)));
        Assert.Equal(7, PeerState.Read(body)!.Owned[stream]);
    }

    [Fact]
    public void Read_RubbishInThePlaceOfAState_IsNone()
    {
        Assert.Null(PeerState.Read("{}"u8.ToArray()));
        Assert.Null(PeerState.Read("[1"u8.ToArray()));
        Assert.Null(PeerState.Read("{\"lost\":1,\"draining\":true,\"owned\":{}}"u8.ToArray()));
        Assert.Null(PeerState.Read("{\"lost\":false,\"draining\":true,\"owned\":{\"a\":1.5}}"u8.ToArray()));
    }

    private static string HopOf(string method, string stream, long epoch) =>
        HopHeader.Make(s_secrets.Hop, "b", "a", epoch, new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero), method, stream);

    private HopVerdict Judge(string hop, string method, string stream) => _gate.Judge(hop, method, stream, IPAddress.Loopback, out _);

    private void Begin() =>
        _engine.Watch.OnSnapshot(new OwnershipSnapshot([s_a, s_b], new Dictionary<string, OwnerRecord>(), new Dictionary<string, byte[]>(), 1));

    private ICameraOwner Follow(string stream, bool stopsWhenAlone = false) =>
        _node.Follow(stream, stopsWhenAlone, () => Interlocked.Increment(ref _changes));

    private async Task<ICameraOwner> OwnAsync(string stream, long epoch, bool stopsWhenAlone = false)
    {
        Begin();
        _engine.Answer = _ => new OwnerRecord("a", epoch, IsOurs: true);
        ICameraOwner owner = Follow(stream, stopsWhenAlone);
        owner.Need();
        await FlushAsync();
        _time.Advance(ClusterTimings.ClaimStep);
        await UntilAsync(() => owner.Now is { Kind: OwnershipKind.Own } now && now.Epoch == epoch);
        return owner;
    }

    /// <summary>Everything that was posted before has had its turn.</summary>
    private async Task FlushAsync() => await _node.MembersAsync();

    private static Task UntilAsync(Func<bool> condition) => Until.TrueAsync(condition);
}
