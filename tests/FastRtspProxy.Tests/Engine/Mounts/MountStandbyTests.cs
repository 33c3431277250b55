using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A better source that comes back while a worse one is in use; a minute takes no time here.</summary>
public sealed class MountStandbyTests
{
    private static readonly byte[] s_sps = Convert.FromBase64String("Z0IAKeKQFge2AtwEBAaQeJEV");
    private static readonly byte[] s_pps = [0x68, 0xce, 0x3c, 0x80];
    private static readonly byte[] s_idr = [0x65, 0x88, 1, 2];
    private static readonly byte[] s_picture = [0x41, 0x9a, 1, 2];

    [Fact]
    public async Task BetterSource_DeliversForAMinute_IsUsedFromItsNextPointOn()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture, time);
        RingPacket last = await SendAsync(fixture, mount, backup, 20, 90_000, s_picture);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again; it is used when it has done so for 60 s");

        // Not before the minute is over: nothing of it is seen.
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(59));
        fixture.Camera.SendRtp(0, 96, 2, 8600, 11, true, s_idr);
        RingPacket still = await SendAsync(fixture, mount, backup, 21, 93_600, s_picture);
        Assert.Equal(1, (ushort)(still.SequenceNumber - last.SequenceNumber));
        await MinuteIsOverAsync(fixture, time);

        // Then from a key frame on, with the sets in front of it; until there the other one goes on.
        long from = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 3, 12_200, 11, true, s_picture);
        RingPacket before = await SendAsync(fixture, mount, backup, 22, 97_200, s_picture);
        fixture.Camera.SendRtp(0, 96, 4, 15_800, 11, false, s_sps);
        fixture.Camera.SendRtp(0, 96, 5, 15_800, 11, false, s_pps);
        fixture.Camera.SendRtp(0, 96, 6, 15_800, 11, true, s_idr);
        fixture.Camera.SendRtp(0, 96, 7, 19_400, 11, true, s_picture);
        fixture.Camera.SendRtp(1, 97, 7, 1024, 12, true, [0, 16, 0, 8, 1]);
        List<RingPacket> packets = await fixture.MediaAsync(mount, from, 6);

        Assert.Equal([1, 7, 8, 5, 1, 0], packets.Select(static packet => packet.Bytes[12] & 0x1f));
        Assert.Equal([0, 1, 2, 3, 4], packets[..5].Select(packet => (ushort)(packet.SequenceNumber - before.SequenceNumber)));
        Assert.All(packets[..5], packet => Assert.Equal(before.Ssrc, packet.Ssrc));
        Assert.True((int)(packets[1].Timestamp - before.Timestamp) > 0);
        Assert.Equal(3600u, packets[4].Timestamp - packets[3].Timestamp);
        Assert.Null(client.End);
        Assert.Equal(StreamState.Playing, mount.State);
        await Until.TrueAsync(() => backup.Count("TEARDOWN") == 1);
        await SaidAsync(fixture, "source 1 of 2 is in use: it is better, and had delivered for 60 s");

        // What the other one still sends is nobody's; and when the better one is lost again, it is opened anew.
        fixture.Camera.SendRtp(0, 96, 8, 23_000, 11, true, s_picture);
        Assert.Single((await fixture.MediaAsync(mount, packets[^1].Sequence, 2))[1..]);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 2);
    }

    [Fact]
    public async Task SourceInUse_IsLostWhileTheBetterOneDelivers_ThatIsUsedAtOnce()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again");

        backup.Dispose();
        await SaidAsync(fixture, "source 1 of 2 is in use: source 2 cannot be used", () => fixture.Camera.SendRtp(0, 96, 2, 8600, 11, true, s_idr));

        Assert.Equal(1, fixture.Camera.Count("PLAY"));
        Assert.Null(client.End);
    }

    /// <summary>A server that sends whoever comes to it elsewhere is read there, as when it is the one in use.</summary>
    [Fact]
    public async Task BetterSource_SendsUsElsewhere_IsLookedAtThere()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        using ScriptedCamera elsewhere = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        ScriptedCamera camera = fixture.Camera;
        byte[] redirect = System.Text.Encoding.ASCII.GetBytes($"REDIRECT {camera.Url} RTSP/1.0\r\nCSeq: 1\r\nLocation: {elsewhere.Url}\r\n\r\n");
        camera.Script = request => request.Method == "PLAY" ? camera.Default(request) with { After = redirect } : null;
        await LookedAtAsync(fixture, time);

        await Until.TrueAsync(() => elsewhere.Count("PLAY") == 1, detail: () => string.Join('\n', fixture.Log.Lines.Select(static line => line.Text)));
        await SaidAsync(fixture, "source 1 delivers again", () => elsewhere.SendRtp(0, 96, 1, 5000, 11, true, s_idr));

        Assert.Equal(1, camera.Count("PLAY"));
        Assert.Null(client.End);
        Assert.Equal(StreamState.Playing, mount.State);
    }

    /// <summary>Its session is there, and is not asked whether it delivers still: viewers would be in the dark until it is lost, too.</summary>
    [Fact]
    public async Task SourceInUse_IsLostAfterTheBetterOneHasFallenSilent_TheNextIsUsed()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        using ScriptedCamera third = new();
        await using MountFixture fixture = Fixture(time, backup);
        fixture.AddSource(third);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again");
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(3));

        backup.Dispose();
        await Until.TrueAsync(() => third.Count("PLAY") == 1 && mount.State == StreamState.Playing);

        await SaidAsync(fixture, "source 3 of 3 is in use: source 2 cannot be used", () => third.SendRtp(0, 96, 2, 8600, 42, true, s_idr));
        Assert.Null(client.End);
    }

    /// <summary>What its session has learnt before it was taken holds: sound that is described and not there would be waited for.</summary>
    [Fact]
    public async Task BetterSource_OfAnotherShapeWithoutATrackThatItDescribes_DescribesOnlyWhatThereIs()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("MPEG4-GENERIC/48000", "MPEG4-GENERIC/44100", StringComparison.Ordinal);
        fixture.Camera.Script = static request => request.Method == "SETUP" && request.Uri.EndsWith("trackID=1", StringComparison.Ordinal)
            ? ScriptedReply.Of(461, "Unsupported Transport")
            : null;
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again");
        await MinuteIsOverAsync(fixture, time);

        fixture.Camera.SendRtp(0, 96, 2, 8600, 11, true, s_idr);
        await Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged);

        MountDescription described = (await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!;
        Assert.Equal([true, false], described.Tracks.Select(static track => track.IsDescribed));
        Assert.DoesNotContain("m=audio", System.Text.Encoding.UTF8.GetString(described.Sdp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BetterSource_OfAnotherShape_ViewersEndAtItsPoint()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly;
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again");
        await MinuteIsOverAsync(fixture, time);
        Assert.Null(client.End);

        fixture.Camera.SendRtp(0, 96, 2, 8600, 11, true, s_idr);
        await Until.TrueAsync(() => client.End == MountEnd.DescriptionChanged);

        Assert.Single((await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!.Tracks);
        (RecordingClient next, _) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 3, 12_200, 11, true, s_idr);
        await Until.TrueAsync(() => mount.Ring.NewestRandomAccess >= 0);
        Assert.Null(next.End);
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task BetterSource_FailsBeforeItsMinute_TheOneInUseGoesOn()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, _) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 96, 1, 5000, 11, true, s_idr);
        await SaidAsync(fixture, "source 1 delivers again");

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(30));
        fixture.Camera.DropConnections();
        await SaidAsync(fixture, "source 1 cannot be used yet");
        await LookedAtAsync(fixture, time, 2); // and is looked at again

        _ = await SendAsync(fixture, mount, backup, 20, 90_000, s_picture);
        Assert.Equal(StreamState.Playing, mount.State);
    }

    [Fact]
    public async Task BetterSource_MustNotBeProbed_IsLeftAloneUntilTheStreamIsOpenedAnew()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        Func<MountOptions, MountOptions> change = fixture.Change;
        fixture.Change = options => change(options) with { MayBeProbed = false };
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();

        for (int i = 0; i < 10; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(0, fixture.Camera.ConnectionCount);
        Assert.Equal(StreamState.Playing, mount.State);
        await fixture.MountShard.RunAsync(() => Task.FromResult(mount.TryRestart()));
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        Assert.Null(client.End);
    }

    /// <summary>Sound needs no key frame; a second picture size would not be seen either.</summary>
    [Fact]
    public async Task BetterSource_OfSoundAlone_IsUsedFromAnyPacketOn()
    {
        const string Sound = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\n";
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new() { Sdp = Sound };
        await using MountFixture fixture = Fixture(time, backup);
        fixture.Camera.Sdp = Sound;
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        backup.SendRtp(0, 0, 19, 86_400, 42, true, [1, 2]);
        RingPacket before = (await fixture.MediaAsync(mount, 0, 1))[^1];
        fixture.RestartCamera();
        fixture.Camera.Sdp = Sound;
        await LookedAtAsync(fixture, time);
        fixture.Camera.SendRtp(0, 0, 1, 5000, 11, true, [3]);
        await SaidAsync(fixture, "source 1 delivers again");
        await MinuteIsOverAsync(fixture, time);

        fixture.Camera.SendRtp(0, 0, 2, 5160, 11, true, [4]);

        List<RingPacket> packets = await fixture.MediaAsync(mount, before.Sequence, 2);
        Assert.Equal((4, 1), (packets[1].Bytes[12], (ushort)(packets[1].SequenceNumber - before.SequenceNumber)));
        Assert.Null(client.End);
    }

    [Fact]
    public async Task LastViewer_HasGone_NothingIsLookedAtAnyMore()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        fixture.RestartCamera();
        await LookedAtAsync(fixture, time);

        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return backup.Count("TEARDOWN") == 1 && fixture.Camera.Count("TEARDOWN") == 1;
        });
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task Change_OfTheList_KeepsTheSourceInUse()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera backup = new();
        await using MountFixture fixture = Fixture(time, backup);
        (Mount mount, RecordingClient client) = await FailOverAsync(fixture, backup);
        MountOptions options = fixture.Change(fixture.Options());

        // The first one is taken out of the list.
        await mount.ChangeAsync(options with { Backend = options.Alternatives[0].Backend, Alternatives = [] }, fixture.Ring, [1]);

        _ = await SendAsync(fixture, mount, backup, 20, 90_000, s_picture);
        Assert.Equal(1, backup.Count("PLAY"));
        Assert.Null(client.End);
    }

    private static MountFixture Fixture(TimeProvider time, ScriptedCamera backup)
    {
        // Time goes in leaps here, which no answer has to keep up with.
        TimeSpan ever = TimeSpan.FromDays(1);
        MountFixture fixture = new(time)
        {
            Timings = new() { OtherSource = ever },
            BackendTimings = new() { DeadStream = TimeSpan.Zero, Connect = ever, Answer = ever, ShortAnswer = ever, SilentTrack = ever, Teardown = ever },
        };
        fixture.AddSource(backup);
        return fixture;
    }

    /// <summary>The best source is gone, and the backup plays for a client.</summary>
    private static async Task<(Mount Mount, RecordingClient Client)> FailOverAsync(MountFixture fixture, ScriptedCamera backup)
    {
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        _ = await SendAsync(fixture, mount, fixture.Camera, 10, 90_000, s_idr);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        long from = mount.Ring.Head;
        backup.SendRtp(0, 96, 19, 86_400, 42, true, s_idr);
        _ = await fixture.MediaAsync(mount, from, 3); // two sets and the key frame
        return (mount, client);
    }

    /// <summary>Goes on until the better source is asked to play by a session of its own.</summary>
    private static Task LookedAtAsync(MountFixture fixture, FakeTimeProvider time, int times = 1) => Until.TrueAsync(() =>
    {
        if (fixture.Camera.Count("PLAY") >= times)
        {
            return true;
        }

        time.Advance(TimeSpan.FromMilliseconds(100));
        return false;
    });

    /// <summary>In small steps at its end: a timer that is set a moment after the time has leapt counts from there.</summary>
    private static Task MinuteIsOverAsync(MountFixture fixture, FakeTimeProvider time) =>
        SaidAsync(fixture, "source 1 is used from its next key frame on", () => time.Advance(TimeSpan.FromSeconds(2)));

    private static Task SaidAsync(MountFixture fixture, string text, Action? meanwhile = null) => Until.TrueAsync(
        () =>
        {
            meanwhile?.Invoke();
            return fixture.Log.Lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal));
        },
        detail: () => string.Join('\n', fixture.Log.Lines.Select(static line => line.Text)));

    private static async Task<RingPacket> SendAsync(
        MountFixture fixture, Mount mount, ScriptedCamera camera, ushort number, uint timestamp, byte[] payload)
    {
        long from = mount.Ring.Head;
        camera.SendRtp(0, 96, number, timestamp, 42, true, payload);
        return (await fixture.MediaAsync(mount, from, 1))[^1];
    }
}
