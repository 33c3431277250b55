using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Where joiners of a mount begin, in each start mode, with a camera whose groups are as long as the fake clock says.</summary>
public sealed class MountStartTests
{
    private static readonly byte[] s_key = [0x65, 0x88, 1];
    private static readonly byte[] s_other = [0x41, 0x9a, 1];
    private readonly FakeTimeProvider _time = new();
    private ushort _number = 500;
    private uint _timestamp = 9000;
    private ushort _soundNumber = 700;
    private long _expected;

    [Theory]
    [InlineData(StartMode.Auto, 2, true)]
    [InlineData(StartMode.Auto, 4, true)]
    [InlineData(StartMode.Auto, 10, false)]
    [InlineData(StartMode.Keyframe, 10, true)]
    [InlineData(StartMode.Live, 2, false)]
    public async Task JoinAsync_RunningMount_WaitsForAKeyFrameAsTheModeAndTheLastGroupSay(StartMode mode, int groupSeconds, bool waits)
    {
        await using MountFixture fixture = new(_time) { Start = mode };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        for (int i = 0; i < groupSeconds; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await SendAsync(fixture, mount, i == groupSeconds - 1 ? s_key : s_other);
        }

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);

        Assert.Equal(waits, grant.WaitsForRandomAccess);
        Assert.All(grant.Tracks, t => Assert.Equal(waits, (t.SequenceNumber, t.RtpTime, t.SenderReport) is (null, null, null))); // it is not known yet what it begins with
    }

    /// <summary>A player that resumes gets new times with the answer, or GStreamer shows nothing, ever: it begins at the live edge, and is told what comes next.</summary>
    [Theory]
    [InlineData(StartMode.Auto, null)]
    [InlineData(StartMode.Keyframe, null)]
    [InlineData(StartMode.Live, null)]
    [InlineData(StartMode.Live, StartMode.Keyframe)]
    [InlineData(StartMode.Auto, StartMode.Auto)]
    public async Task JoinAsync_Resuming_BeginsAtTheLiveEdgeAndSaysSo(StartMode program, StartMode? own)
    {
        await using MountFixture fixture = new(_time) { Start = program };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(40));
        await SendAsync(fixture, mount, s_other);

        PlayGrant grant = await mount.JoinAsync(fixture.Client(), new PlayWish(own, uint.MaxValue, Resumes: true));
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(40));
        await SendAsync(fixture, mount, s_other);

        RingPacket next = fixture.Read(mount, grant.JoinSequence).First(p => p.Track == 0 && (p.Flags & EntryFlags.Rtcp) == 0);
        Assert.False(grant.WaitsForRandomAccess);
        Assert.Equal(next.SequenceNumber, grant.Tracks[0].SequenceNumber);
        Assert.NotNull(grant.Tracks[0].RtpTime);
    }

    [Fact]
    public async Task LiveEdgeAsync_WhilePlaying_NamesTheNextPacketAndNothingWithoutACamera()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        TrackStart edge = (await mount.LiveEdgeAsync())[0];
        await SendAsync(fixture, mount, s_other);
        Assert.Equal(fixture.Read(mount, 0)[^1].SequenceNumber, edge.SequenceNumber);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => mount.State != StreamState.Playing);
        Assert.Empty(await mount.LiveEdgeAsync());
    }

    [Fact]
    public async Task JoinAsync_AutoInTheFirstGroup_WaitsWhileItIsShort()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        for (int i = 0; i < 3; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await SendAsync(fixture, mount, s_other);
        }

        PlayGrant grant = (await fixture.JoinAsync(mount)).Grant;
        Assert.Equal((true, TimeSpan.FromSeconds(1.5)), (grant.WaitsForRandomAccess, grant.MaxRandomAccessWait)); // for nobody longer than 4.5 s in all
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        await SendAsync(fixture, mount, s_other);
        Assert.False((await fixture.JoinAsync(mount)).Grant.WaitsForRandomAccess);
    }

    [Fact]
    public async Task JoinAsync_Instant_BeginsAtTheNewestKeyFrameAndSaysSo()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Instant };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        ushort number = 0;
        long key = 0;
        for (int i = 0; i < 12; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(500));
            await SendAsync(fixture, mount, i == 7 ? s_key : s_other);
            RingPacket newest = fixture.Read(mount, 0)[^1];
            (key, number) = i == 7 ? (newest.Sequence, newest.SequenceNumber) : (key, number);
        }

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);

        uint edge = fixture.Read(mount, 0)[^1].Timestamp;
        Assert.Equal(key, grant.JoinSequence);
        Assert.Equal(number, grant.Tracks[0].SequenceNumber);
        Assert.Equal(edge - 90, grant.Tracks[0].RtpTime); // a millisecond before the live edge
        Assert.Equal((5, mount.Ring.Head), (grant.CatchUp!.PastPackets, grant.CatchUp.LiveSequence));
    }

    [Fact]
    public async Task JoinAsync_Past_BeginsAtTheNewestKeyFrameAndNamesOneMomentForAllTracks()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Past };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(20));
        await SendSoundAsync(fixture, mount, 1000 + 960);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(20));
        await SendAsync(fixture, mount, s_other);

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);

        List<RingPacket> packets = [.. fixture.Read(mount, 0).Where(p => (p.Flags & EntryFlags.Rtcp) == 0)];
        RingPacket key = packets.Single(p => (p.Flags & EntryFlags.RandomAccess) != 0);
        RingPacket sound = packets.Single(p => p.Track == 1 && p.Sequence > key.Sequence);
        Assert.Equal(key.Sequence, grant.JoinSequence);
        Assert.Equal(((ushort?)key.SequenceNumber, (uint?)key.Timestamp), (grant.Tracks[0].SequenceNumber, grant.Tracks[0].RtpTime));
        Assert.Equal(((ushort?)sound.SequenceNumber, (uint?)sound.Timestamp - 960), (grant.Tracks[1].SequenceNumber, grant.Tracks[1].RtpTime));
        Assert.Equal((null, null, 3), (grant.CatchUp!.Track, grant.CatchUp.Map, grant.CatchUp.PastPackets));
    }

    [Theory]
    [InlineData(7000, null, 3, 7)]
    [InlineData(7001, null, 1, 9)]
    [InlineData(5500, null, 3, 7)]
    [InlineData(99_000, null, 1, 9)] // the oldest that is kept
    [InlineData(7000, 4500, 3, 7)]
    public async Task JoinAsync_FromAMoment_BeginsAtTheKeyFrameBeforeIt(int backMillis, int? endBackMillis, int first, int pictures)
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Live, Ring = new RingOptions { PastDuration = TimeSpan.FromSeconds(30), KeepDuration = TimeSpan.FromSeconds(30) } };
        Mount mount = await PlayForTenSecondsAsync(fixture);
        long now = await mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));
        PlayWish wish = new(StartMode.Past, uint.MaxValue, Resumes: false) { FromMicros = now - (backMillis * 1000L), ToMicros = now - (endBackMillis * 1000L) };
        PlayGrant grant = await mount.JoinAsync(fixture.Client(), wish);

        Assert.Equal(now - ((10 - first) * 1_000_000), grant.FromMicros);
        IEnumerable<RingPacket> got = fixture.Read(mount, grant.JoinSequence).Where(p => (p.Flags & EntryFlags.Rtcp) == 0 && p.Sequence >= grant.JoinSequence);
        Assert.Equal(pictures, got.Count());
    }

    /// <summary>The oldest came 9 s ago; the camera has sent nothing for a second.</summary>
    [Theory]
    [InlineData(99, 8, true)]
    [InlineData(99, 10, false)]
    [InlineData(20, 11, false)]
    public async Task JoinAsync_ToAMomentThatIsOver_IsGrantedWhileSomethingOfItIsKept(int back, int endBack, bool isGranted)
    {
        await using MountFixture fixture = new(_time) { Ring = new RingOptions { PastDuration = TimeSpan.FromSeconds(30), KeepDuration = TimeSpan.FromSeconds(30) } };
        Mount mount = await PlayForTenSecondsAsync(fixture);
        long now = await mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));
        PlayWish wish = new(StartMode.Past, uint.MaxValue, Resumes: false) { FromMicros = now - (back * 1_000_000), ToMicros = now - (endBack * 1_000_000) };

        PlayGrant grant = await mount.JoinAsync(fixture.Client(), wish);

        Assert.Equal(isGranted ? PlayOutcome.Playing : PlayOutcome.OutOfRange, grant.Outcome);
        Assert.Equal(isGranted ? 1 : 0, mount.ClientCount);
    }

    /// <summary>It takes none of the budget of haste; and where that is used up, whoever names a moment is not left without its past.</summary>
    [Theory]
    [InlineData("GStreamer/1.22.0", 1 << 20, true)]
    [InlineData("Lavf60.3.100", 1 << 20, false)]
    [InlineData("Lavf60.3.100", 10, true)]
    public async Task JoinAsync_FromAMoment_GetsItAtItsOwnPaceWhereHasteIsNotForIt(string agent, int budgetBytes, bool isDelayed)
    {
        CatchUpBudget budget = new(budgetBytes);
        await using MountFixture fixture = new(_time)
        {
            CatchUpBudget = budget,
            Ring = new RingOptions { PastDuration = TimeSpan.FromSeconds(30), KeepDuration = TimeSpan.FromSeconds(30) },
        };
        Mount mount = await PlayForTenSecondsAsync(fixture);
        long now = await mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));

        PlayGrant grant = await mount.JoinAsync(fixture.Client(), PlayWish.Everything with { Start = StartMode.Past, Player = PlayerKinds.Of(agent), FromMicros = now - 5_000_000 });

        Assert.Equal((isDelayed ? 5_000_000 : 0, !isDelayed, !isDelayed), (grant.DelayMicros, grant.CatchUp is not null, budget.TakenBytes > 0));
        Assert.Equal(now - 5_000_000, grant.FromMicros);
        Assert.NotNull(grant.Tracks[0].RtpTime);
        grant.CatchUp?.Return();
    }

    /// <summary>Sound alone has no random access points: it begins with the first packet since.</summary>
    [Fact]
    public async Task JoinAsync_FromAMomentOfSoundAlone_BeginsThere()
    {
        await using MountFixture fixture = new(_time) { Ring = new RingOptions { PastDuration = TimeSpan.FromSeconds(30), KeepDuration = TimeSpan.FromSeconds(30) } };
        Mount mount = await PlayAsync(fixture);
        for (uint i = 0; i < 5; i++)
        {
            await SendSoundAsync(fixture, mount, 1000 + (48_000 * i));
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        long now = await mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));
        PlayGrant grant = await mount.JoinAsync(fixture.Client(), PlayWish.Everything with { Start = StartMode.Past, FromMicros = now - 2_500_000 });

        Assert.Equal(now - 2_000_000, grant.FromMicros);
        Assert.Equal(2, fixture.Read(mount, grant.JoinSequence).Count(static p => (p.Flags & EntryFlags.Rtcp) == 0));
        grant.CatchUp?.Return();
    }

    /// <summary>Groups of a second: who looks at 1.12 s before it shows anything gets the one before the newest, while that is not older than 1.57 s.</summary>
    [Theory]
    [InlineData(100, 1100)]
    [InlineData(560, 1560)]
    [InlineData(580, 580)]
    [InlineData(900, 900)]
    public async Task JoinAsync_AutoByWhatProbes_BeginsAtAKeyFrameThatIsAsOldAsItLooks(int ageMillis, int expectedMillis)
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture);
        for (int i = 0; i < 4; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await SendAsync(fixture, mount, s_key);
        }

        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(ageMillis));
        await SendAsync(fixture, mount, s_other);
        long now = await mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));
        PlayGrant grant = await mount.JoinAsync(fixture.Client(), PlayWish.Everything with { Player = PlayerKind.Ffmpeg });

        Assert.Equal(expectedMillis, (now - grant.FromMicros) / 1000);
        grant.CatchUp!.Return();
    }

    [Fact]
    public async Task JoinAsync_AutoByWhatPlaysInPast_BeginsThereWhileItIsYoung()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        await SendAsync(fixture, mount, s_other);
        PlayWish wish = PlayWish.Everything with { Player = PlayerKind.Ffmpeg };

        PlayGrant young = await mount.JoinAsync(fixture.Client(), wish);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        await SendAsync(fixture, mount, s_other);
        PlayGrant old = await mount.JoinAsync(fixture.Client(), wish);

        Assert.Equal((true, false), (young.CatchUp is not null, young.WaitsForRandomAccess));
        Assert.Equal((false, true), (old.CatchUp is not null, old.WaitsForRandomAccess));
    }

    [Fact]
    public async Task JoinAsync_InstantWithTheBudgetUsedUp_WaitsForAKeyFrameInstead()
    {
        CatchUpBudget budget = new(100);
        await using MountFixture fixture = new(_time) { Start = StartMode.Instant, CatchUpBudget = budget };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        await SendAsync(fixture, mount, s_other);
        Assert.True(budget.TryTake(90));

        PlayGrant refused = (await fixture.JoinAsync(mount)).Grant;
        budget.Return(90);
        PlayGrant granted = (await fixture.JoinAsync(mount)).Grant;

        Assert.Null(refused.CatchUp);
        Assert.True(refused.WaitsForRandomAccess);
        Assert.NotNull(granted.CatchUp);
        Assert.InRange(budget.TakenBytes, 1, 100);
        granted.CatchUp.Return();
        Assert.Equal(0, budget.TakenBytes);
    }

    [Fact]
    public async Task JoinAsync_InstantWithAGroupLongerThanTheCache_WaitsForAKeyFrameAndSaysItOnce()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Instant, Ring = new RingOptions { KeepBytes = 256 << 10, KeepDuration = TimeSpan.FromSeconds(2) } };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        byte[] large = new byte[60_000];
        large[0] = s_other[0];
        for (int i = 0; i < 20; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.5));
            await SendAsync(fixture, mount, large);
        }

        for (int i = 0; i < 2; i++)
        {
            PlayGrant grant = (await fixture.JoinAsync(mount)).Grant;
            Assert.Null(grant.CatchUp);
            Assert.True(grant.WaitsForRandomAccess);
        }

        Assert.Single(fixture.Log.Lines, l => l.Text.Contains("--gop-cache", StringComparison.Ordinal));
    }

    [Fact]
    public async Task JoinAsync_InstantAfterTheBackendStopped_NothingOldIsServed()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Instant };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State != StreamState.Playing);
        Assert.Equal(-1, mount.Ring.NewestRandomAccess);
    }

    /// <summary>Another server as the back-end begins in the middle of a group.</summary>
    [Theory]
    [InlineData(StartMode.Auto, 1)]
    [InlineData(StartMode.Keyframe, 1)]
    [InlineData(StartMode.Live, 3)]
    public async Task Begin_CameraStartsInMidGroup_TheFirstPictureIsOneThatADecoderCanStartFrom(StartMode mode, int packets)
    {
        await using MountFixture fixture = new(_time) { Start = mode };
        Mount mount = fixture.Create();
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        Send(fixture, s_other);
        Send(fixture, s_other);
        Send(fixture, s_key);
        await Until.TrueAsync(() => mount.Ring.NewestRandomAccess >= 0);

        List<RingPacket> video = [.. fixture.Read(mount, grant.JoinSequence).Where(p => p.Track == 0 && (p.Flags & EntryFlags.Rtcp) == 0)];

        Assert.Equal(packets, video.Count);
        Assert.Equal(grant.Tracks[0].SequenceNumber, video[0].SequenceNumber);
        Assert.Equal(grant.Tracks[0].RtpTime, video[0].Timestamp);
    }

    /// <summary>The key picture that it waits for is half there: its parameter sets, and not yet itself.</summary>
    [Fact]
    public async Task JoinAsync_BetweenAKeyPictureAndWhatLeadsIt_BeginsWithWhatLeadsIt()
    {
        await using MountFixture fixture = new(_time) { Start = StartMode.Keyframe };
        Mount mount = await PlayAsync(fixture);
        await SendAsync(fixture, mount, s_key);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(40));
        await SendAsync(fixture, mount, s_other);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(40));
        _expected = mount.Ring.Head + 1;
        fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, false, [0x67, 0x4d, 0, 30]);
        await Until.TrueAsync(() => mount.Ring.Head >= _expected);
        RingPacket lead = fixture.Read(mount, 0)[^1];

        (_, PlayGrant grant) = await fixture.JoinAsync(mount);

        Assert.True(grant.WaitsForRandomAccess);
        Assert.Equal(lead.Sequence, grant.JoinSequence);
    }

    /// <summary>A picture a second, every other one a key frame: the first of those is 9 s old.</summary>
    private async Task<Mount> PlayForTenSecondsAsync(MountFixture fixture)
    {
        Mount mount = await PlayAsync(fixture);
        for (int i = 0; i < 10; i++)
        {
            Send(fixture, i % 2 == 1 ? s_key : s_other);
            await Until.TrueAsync(() => fixture.Read(mount, 0).Count(static p => (p.Flags & EntryFlags.Rtcp) == 0) > i);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        return mount;
    }

    private static async Task<Mount> PlayAsync(MountFixture fixture)
    {
        Mount mount = fixture.Create(alwaysOn: true);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        return mount;
    }

    private void Send(MountFixture fixture, byte[] payload)
    {
        fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, true, payload);
        _timestamp += 3600;
    }

    private async Task SendSoundAsync(MountFixture fixture, Mount mount, uint timestamp)
    {
        _expected = mount.Ring.Head + 1;
        fixture.Camera.SendRtp(1, 97, _soundNumber++, timestamp, 43, true, [0, 16, 8, 0, 1]);
        await Until.TrueAsync(() => mount.Ring.Head >= _expected);
    }

    private async Task SendAsync(MountFixture fixture, Mount mount, byte[] payload)
    {
        _expected = mount.Ring.Head + 1;
        Send(fixture, payload);
        await Until.TrueAsync(() => mount.Ring.Head >= _expected);
    }
}
