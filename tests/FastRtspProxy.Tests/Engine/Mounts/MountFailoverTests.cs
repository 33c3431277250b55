using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A mount with two sources, of which the one in use is lost.</summary>
public sealed class MountFailoverTests
{
    private const string Hd = "Z01AH+ygKALdgIgAAAMACAAAAwDweMGMsA==,aM48gA=="; // 1280 x 720

    private static readonly RingOptions s_keeping = new() { PastDuration = TimeSpan.FromMinutes(10), KeepDuration = TimeSpan.FromMinutes(10) };
    private static readonly byte[] s_idr = [0x65, 0x88, 1, 2];
    private static readonly byte[] s_picture = [0x41, 0x9a, 1, 2];

    [Fact]
    public async Task SourceInUse_IsLost_ViewersGoOnWithTheNextAtARandomAccessPoint()
    {
        using ScriptedCamera backup = new() { Sdp = Described("98", "104", "Z0IAKeKQFge2AtwEBAaQeJEV,aM4G4g==") };
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        RingPacket before = await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        MountDescription described = (await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!;

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        long from = mount.Ring.Head;
        backup.SendRtp(0, 98, 500, 7000, 77, true, s_picture);
        backup.SendRtp(0, 98, 501, 10_600, 77, true, s_idr);
        backup.SendRtp(0, 98, 502, 14_200, 77, true, s_picture);
        backup.SendRtp(1, 104, 900, 1024, 78, true, [0, 16, 0, 8, 1]);
        List<RingPacket> packets = await fixture.MediaAsync(mount, from, 5);

        // The picture that nothing can be decoded from is left out; two sets of ours, the key frame, the picture behind it, a piece of sound.
        Assert.Equal([0, 0, 0, 0, 1], packets.Select(static packet => packet.Track));
        RingPacket[] video = [.. packets.Where(static packet => packet.Track == 0)];
        Assert.Equal([7, 8, 5, 1], video.Select(static packet => packet.Bytes[12] & 0x1f));
        Assert.Equal([1, 2, 3, 4], video.Select(packet => (ushort)(packet.SequenceNumber - before.SequenceNumber)));
        Assert.All(packets, static packet => Assert.Equal(packet.Track == 0 ? 96 : 97, packet.Bytes[1] & 0x7f));
        Assert.All(video, packet => Assert.Equal(before.Ssrc, packet.Ssrc));
        Assert.All(video[..3], packet => Assert.Equal(video[0].Timestamp, packet.Timestamp));
        Assert.True((int)(video[0].Timestamp - before.Timestamp) > 0);
        Assert.Equal(3600u, video[3].Timestamp - video[2].Timestamp);
        Assert.Equal(Convert.FromBase64String("aM4G4g=="), video[1].Bytes[12..]);
        Assert.True(mount.Ring.NewestRandomAccess == video[0].Sequence); // whoever joins begins with the sets
        Assert.Null(client.End);
        Assert.Contains(fixture.Log.Loud, static line => line.Contains("trying source 2 of 2; 1 viewer(s) are held", StringComparison.Ordinal));
        Assert.Contains(fixture.Log.Loud, static line => line.Contains("source 2 of 2 is in use: source 1 cannot be used: ", StringComparison.Ordinal));
        EngineEvent told = Assert.Single(fixture.Happened, static one => one.Kind == EngineEventKind.StreamSource);
        Assert.StartsWith("source 2 of 2 is in use: source 1 cannot be used: ", told.Reason, StringComparison.Ordinal);

        // Whoever asks now is told of what comes: the payload types as they were, the sets as they are.
        MountDescription now = (await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!;
        Assert.Equal((1, 1), (described.Shape, now.Shape));
        Assert.Equal(described.Tracks.AsEnumerable(), now.Tracks);
        Assert.Contains("a=fmtp:96 ", Text(now), StringComparison.Ordinal);
        Assert.Contains("aM4G4g==", Text(now), StringComparison.Ordinal);
    }

    /// <summary>A recorder that is triggered right after it has the time before; whoever names no moment gets nothing old.</summary>
    [Fact]
    public async Task SourceInUse_IsLostWithAPast_ItIsThereForWhoNamesAMomentOfIt()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(new FakeTimeProvider()) { Ring = s_keeping, BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.AddSource(backup, mayBeProbed: false);
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        RingPacket key = await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(4));
        RingPacket last = await SendAsync(fixture, mount, fixture.Camera, 96, 11, 450_000, s_picture);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        PlayWish wish = PlayWish.Everything with { Start = StartMode.Past };
        PlayGrant unnamed = await mount.JoinAsync(fixture.Client(), wish);
        PlayGrant named = await mount.JoinAsync(fixture.Client(), wish with { FromMicros = await NowAsync(mount) - 3_000_000 });
        backup.SendRtp(0, 96, 500, 7000, 77, true, s_idr);
        List<RingPacket> packets = await fixture.MediaAsync(mount, key.Sequence, 5); // two sets of ours among them
        PlayGrant after = await mount.JoinAsync(fixture.Client(), wish);

        Assert.True(unnamed.JoinSequence > last.Sequence);
        Assert.Equal((key.Sequence, key.SequenceNumber), (named.JoinSequence, named.Tracks[0].SequenceNumber));
        Assert.Equal([0, 1, 2, 3, 4], packets.Select(packet => (ushort)(packet.SequenceNumber - key.SequenceNumber)));
        Assert.True((int)(packets[2].Timestamp - last.Timestamp) > 0);
        Assert.Equal(packets[2].Sequence, after.JoinSequence);
    }

    /// <summary>Also who wants what came until it was lost, and no more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SourceInUse_IsLostWithAPast_WhoComesMeanwhileAndNamesAMomentGetsIt(bool hasEnd)
    {
        await using MountFixture fixture = new() { Ring = s_keeping };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        RingPacket key = await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);

        long now = await NowAsync(mount);
        PlayWish wish = PlayWish.Everything with { Start = StartMode.Past, FromMicros = now - 60_000_000, ToMicros = hasEnd ? now : null };
        Task<PlayGrant> joining = mount.JoinAsync(fixture.Client(), wish);
        fixture.RestartCamera();
        PlayGrant grant = await joining;

        Assert.Equal((PlayOutcome.Playing, key.Sequence), (grant.Outcome, grant.JoinSequence));
    }

    /// <summary>Whoever stood at the end of it has had it by then, and longer nobody is held.</summary>
    [Theory]
    [InlineData(600, 29, 2)]
    [InlineData(20, 21, 2)]
    public async Task SourceInUse_IsLostWithAPast_ItGoesWithTheHoldOrWhenItIsTooOld(int pastSeconds, int keptAfterSeconds, int goneAfterSeconds)
    {
        RingOptions ring = new() { PastDuration = TimeSpan.FromSeconds(pastSeconds), KeepDuration = TimeSpan.FromSeconds(pastSeconds + 2) };
        await using MountFixture fixture = new(new FakeTimeProvider()) { Ring = ring };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        RingPacket key = await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(keptAfterSeconds));
        Assert.InRange(mount.Ring.Tail, 0, key.Sequence);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(goneAfterSeconds));
        await Until.TrueAsync(() => mount.Ring.Tail > key.Sequence);
    }

    [Fact]
    public async Task NextSource_OfAnotherShapeBehindAPast_NothingOldIsKept()
    {
        using ScriptedCamera backup = new() { Sdp = ScriptedCamera.VideoAndAudio.Replace("config=1190", "config=1210", StringComparison.Ordinal) };
        await using MountFixture fixture = new() { Ring = s_keeping };
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        RingPacket key = await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);

        fixture.Camera.Dispose();

        await Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged && mount.Ring.Tail > key.Sequence);
    }

    [Fact]
    public async Task NextSource_SendsItsSetsItself_NoneAreAdded()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        long from = mount.Ring.Head;

        backup.SendRtp(0, 96, 1, 7000, 77, false, [0x68, 0xce, 0x06, 0xe2]);
        backup.SendRtp(0, 96, 2, 7000, 77, true, s_idr);
        backup.SendRtp(0, 96, 3, 10_600, 77, true, s_idr); // without sets: they are added
        List<RingPacket> packets = await fixture.MediaAsync(mount, from, 5);

        Assert.Equal([8, 5, 7, 8, 5], packets.Select(static packet => packet.Bytes[12] & 0x1f));
        Assert.Equal(packets[0].Bytes[12..], packets[3].Bytes[12..]); // as they came last
    }

    [Theory]
    [InlineData("rtpmap:96 H264/90000", "rtpmap:96 H265/90000")]
    [InlineData("MPEG4-GENERIC/48000/2", "MPEG4-GENERIC/44100/2")]
    [InlineData("MPEG4-GENERIC/48000/2", "MPEG4-GENERIC/48000/1")]
    [InlineData("config=1190", "config=1210")]
    [InlineData("Z0IAKeKQFge2AtwEBAaQeJEV,aM48gA==", Hd)]
    [InlineData("m=audio 0 RTP/AVP 97", "m=audio 0 RAW/RAW/UDP 97")]
    public async Task NextSource_OfAnotherShape_ViewersEndAndANewDescriptionIsThere(string described, string other)
    {
        using ScriptedCamera backup = new() { Sdp = ScriptedCamera.VideoAndAudio.Replace(described, other, StringComparison.Ordinal) };
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        (RecordingClient paused, _) = await fixture.JoinAsync(mount);
        MountDescription before = (await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!;
        mount.Leave(paused);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged);

        MountDescription now = (await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!;
        Assert.NotEqual(before.Tracks[0].Ssrc, now.Tracks[0].Ssrc);
        Assert.Equal(PlayOutcome.Outdated, (await mount.JoinAsync(paused, PlayWish.Everything with { Shape = before.Shape })).Outcome);
        Assert.Equal(PlayOutcome.Playing, (await mount.JoinAsync(paused, PlayWish.Everything with { Shape = now.Shape })).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NextSource_OfAnotherSizeThatItsStreamTells_ViewersEndUnlessAcrossSizes(bool acrossSizes)
    {
        using ScriptedCamera backup = new() { Sdp = ScriptedCamera.VideoAndAudio.Replace("sprop-parameter-sets=", "x=", StringComparison.Ordinal) };
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Func<MountOptions, MountOptions> withBackup = fixture.Change;
        fixture.Change = options => withBackup(options) with { AcrossSizes = acrossSizes };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        Assert.Null(client.End);
        long from = mount.Ring.Head;

        for (ushort i = 0; i < 2; i++)
        {
            backup.SendRtp(0, 96, (ushort)(3 * i), 7000u * (i + 1u), 77, false, Convert.FromBase64String(Hd.Split(',')[0]));
            backup.SendRtp(0, 96, (ushort)((3 * i) + 1), 7000u * (i + 1u), 77, false, [0x68, 0xce, 0x3c, 0x80]);
            backup.SendRtp(0, 96, (ushort)((3 * i) + 2), 7000u * (i + 1u), 77, true, s_idr);
            await (acrossSizes || i > 0 ? fixture.MediaAsync(mount, from, 3) : Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged));
            await Until.TrueAsync(() => mount.State is StreamState.Playing or StreamState.Lingering);
            await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        }

        Assert.Equal(acrossSizes ? null : MountEnd.DescriptionChanged, client.End);
    }

    /// <summary>Only a sequence set tells a size: that of the description counts for nothing when another one comes.</summary>
    [Fact]
    public async Task NextSource_PictureSetComesBeforeASequenceSetOfAnotherSize_ViewersEnd()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);

        backup.SendRtp(0, 96, 1, 7000, 77, false, [0x68, 0xce, 0x3c, 0x80]);
        backup.SendRtp(0, 96, 2, 7000, 77, false, Convert.FromBase64String(Hd.Split(',')[0]));
        backup.SendRtp(0, 96, 3, 7000, 77, true, s_idr);

        await Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged);
    }

    /// <summary>A file that is shown while the camera is away.</summary>
    [Fact]
    public async Task NextSource_IsAFileThatEnds_BeginsAgainAndViewersPlayOn()
    {
        using ScriptedCamera file = new() { Sdp = ScriptedCamera.VideoAndAudio.Replace("t=0 0\r\n", "t=0 0\r\na=range:npt=0-12.3\r\n", StringComparison.Ordinal) };
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.AddSource(file, mayBeProbed: false);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => file.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        await SendAsync(fixture, mount, file, 96, 10, 90_000, s_idr);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(12.2));
        await SendAsync(fixture, mount, file, 96, 11, 90_000 + 1_098_000, s_idr);

        file.DropConnections();
        await Until.TrueAsync(
            () => file.Count("PLAY") == 2 && mount.State == StreamState.Playing,
            detail: () => string.Join('\n', fixture.Log.Lines.Select(static line => line.Text)));

        await SendAsync(fixture, mount, file, 96, 500, 7000, s_idr);
        Assert.Null(client.End);
        Assert.Contains(fixture.Log.Lines, static line => line.Text.Contains("the programme of 12.3 s has ended; trying source 2 of 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OneSource_IsReplacedByAnotherByAChange_IsNoSwitchOfSources()
    {
        using ScriptedCamera other = new();
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.AddSource(other);
        MountOptions options = fixture.Change(fixture.Options());

        await mount.ChangeAsync(options with { Backend = options.Alternatives[0].Backend, Alternatives = [] }, fixture.Ring, [-1]);

        await Until.TrueAsync(() => other.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        await SendAsync(fixture, mount, other, 96, 10, 90_000, s_idr);
        Assert.All(mount.Counters.Ingest.SourceSwitches.ToArray(), static count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task BestSource_CannotBeHad_TheNextIsDescribed()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(cameraIsUp: false);
        fixture.AddSource(backup);
        Mount mount = fixture.Create();

        await fixture.JoinAsync(mount);

        Assert.Equal(1, backup.Count("PLAY"));
        backup.SendRtp(0, 96, 1, 7000, 77, true, s_idr);
        await Until.TrueAsync(() => fixture.Log.Loud.Any(static line => line.Contains("source 2 of 2 is in use", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AllSources_AreGone_EachIsSaidOnceAndThereAreWaits()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Hold = TimeSpan.FromSeconds(60) } };
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);

        backup.Dispose();
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => fixture.Log.Lines.Count(static line => line.Text.Contains("trying again in", StringComparison.Ordinal)) >= 2);
        fixture.RestartCamera();
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);

        Assert.Null(client.End);
        Assert.Equal(2, fixture.Log.Loud.Count(static line => line.Contains("trying source 2 of 2; 1", StringComparison.Ordinal)));
        Assert.Equal(1, fixture.Log.Loud.Count(static line => line.Contains("trying again in", StringComparison.Ordinal)));
        Assert.EndsWith("the camera is back", fixture.Log.Loud[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextSource_TakesPictureLoss_IsAskedForAKeyFrame()
    {
        using ScriptedCamera backup = new() { Sdp = ScriptedCamera.VideoAndAudio.Replace("a=control:trackID=0", "a=rtcp-fb:96 nack pli\r\na=control:trackID=0", StringComparison.Ordinal) };
        await using MountFixture fixture = new();
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, fixture.Camera, 96, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);

        backup.SendRtp(1, 97, 1, 7000, 78, true, [0, 16, 0, 8, 1]); // sound alone names no source to ask
        backup.SendRtp(0, 96, 1, 7000, 77, true, s_picture);

        await Until.TrueAsync(() => fixture.Log.Lines.Any(
            static line => line.Text.Contains("asked for a key frame, because another source is in use", StringComparison.Ordinal)));
    }

    private static string Described(string video, string audio, string sets) => ScriptedCamera.VideoAndAudio
        .Replace("AVP 96", $"AVP {video}", StringComparison.Ordinal).Replace(":96 ", $":{video} ", StringComparison.Ordinal)
        .Replace("AVP 97", $"AVP {audio}", StringComparison.Ordinal).Replace(":97 ", $":{audio} ", StringComparison.Ordinal)
        .Replace("Z0IAKeKQFge2AtwEBAaQeJEV,aM48gA==", sets, StringComparison.Ordinal);

    private static Task<long> NowAsync(Mount mount) => mount.Shard.RunAsync(() => Task.FromResult(mount.Shard.NowMicros));

    private static string Text(MountDescription description) => System.Text.Encoding.UTF8.GetString(description.Sdp);

    /// <summary>One packet of pictures, in the ring.</summary>
    private static async Task<RingPacket> SendAsync(
        MountFixture fixture, Mount mount, ScriptedCamera camera, byte payloadType, ushort number, uint timestamp, byte[] payload)
    {
        long from = mount.Ring.Head;
        camera.SendRtp(0, payloadType, number, timestamp, 42, true, payload);
        return (await fixture.MediaAsync(mount, from, 1))[^1];
    }
}
