using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>One track's fault is that track's alone: what viewers see of it.</summary>
public sealed class TrackWeaknessTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(404)]
    [InlineData(461)]
    [InlineData(500)]
    [InlineData(0)]
    public async Task SecondTrackCannotBeSetUp_ViewersOfThePicturePlayAndTheMissingTrackIsAnEmptyOne(int status)
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = Faulty(status);
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        using RtspTestClient before = await host.ConnectAsync();
        Assert.Contains("a=control:track2", (await before.RequestAsync("DESCRIBE", host.Url)).BodyText, StringComparison.Ordinal);

        // Nobody knows yet: all tracks are described, and all are set up.
        Task<(RtspTestClient Client, string Session)> watching = host.WatchAsync(tracks: 2);
        await Until.TrueAsync(() => SetupsOf(camera, "trackID=1") == 1);
        if (status == 0)
        {
            await host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(8), () => SetupsOf(camera, "trackID=2") == 1, "the third track is set up");
        }

        (RtspTestClient client, string session) = await watching; // the clock stands still: the third track is waited for
        using RtspTestClient viewer = client;
        CameraTrack track = new(camera);
        track.SendPicture();
        await ProxyHost.ReadAsync(viewer);

        // From now on it is not described, and the names of the others stay. Whoever was told of it before has it all the same.
        RtspTestResponse described = await before.RequestAsync("DESCRIBE", host.Url);
        Assert.DoesNotContain("track2", described.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("m=audio", described.BodyText, StringComparison.Ordinal);
        Assert.Contains("a=control:track1", described.BodyText, StringComparison.Ordinal);
        Assert.Contains("a=control:track3", described.BodyText, StringComparison.Ordinal);
        RtspTestResponse setup = await before.RequestAsync("SETUP", host.Url + "/track2", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3");
        Assert.Equal(200, setup.Status);
        RtspTestResponse play = await before.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);
        Assert.Equal(200, play.Status);
        Assert.Null(play.Header("RTP-Info"));

        // Once, with the name and the reason; and nobody's session has ended.
        string line = Assert.Single(host.Log.Loud);
        Assert.Contains("track2 (audio, MPEG4-GENERIC)", line, StringComparison.Ordinal);
        Assert.Contains(status == 0 ? "was not answered within 3 s" : $"was answered {status} No", line, StringComparison.Ordinal);
        Assert.Equal(200, (await viewer.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
        Assert.Equal(1, camera.Count("DESCRIBE"));
    }

    [Theory]
    [InlineData(404, 2)]
    [InlineData(0, 1)]
    public async Task TheCameraIsLost_TheNextSessionAsksARefusedTrackAgainAndASilentOneNot(int status, int asked)
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = Faulty(status);
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: static o => o with { AlwaysOn = true }, time: time);
        using RtspTestClient viewer = await PlayAsync(host, camera, time);

        camera.DropConnections();
        await host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(20), () => camera.Count("PLAY") == 2, "the second session");
        Assert.Equal(asked, SetupsOf(camera, "trackID=1"));
        Assert.Equal(2, SetupsOf(camera, "trackID=2"));

        // An hour later, by when the silent camera is lost, it is asked in either case; now it is there, and is described.
        camera.Script = null;
        time.Advance(s_hour);
        await host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(20), () => camera.Count("PLAY") == 3, "the third session");
        Assert.Equal(asked + 1, SetupsOf(camera, "trackID=1"));
        await Until.TrueAsync(() => host.Log.Loud.Any(l => l.Contains("track2 (audio, MPEG4-GENERIC) is there now", StringComparison.Ordinal)));
        using RtspTestClient other = await host.ConnectAsync();
        Assert.Contains("a=control:track2", (await other.RequestAsync("DESCRIBE", host.Url)).BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneTrackIsLeft_ASetupOfTheWholeStreamMeansIt()
    {
        using ScriptedCamera camera = new();
        camera.Script = r => IsSetupOf(r, "trackID=1") ? ScriptedReply.Of(404, "No") : null;
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, _) = await host.WatchAsync();
        using RtspTestClient viewer = client;
        using RtspTestClient other = await host.ConnectAsync();

        RtspTestResponse setup = await other.RequestAsync("SETUP", host.Url, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await other.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(other);
    }

    [Fact]
    public async Task PicturesStopWhileSoundGoesOn_ANewSessionBringsThemBackAndNobodysSessionEnds()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        using RtspTestClient viewer = await PlayAsync(host, camera, time, tracks: 2);
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(viewer);

        await SoundUntilAsync(host, camera, time, TimeSpan.FromSeconds(14), () => camera.Count("PLAY") == 2);

        new CameraTrack(camera, ssrc: 7).SendPicture();
        await ProxyHost.ReadAsync(viewer);
        string line = Assert.Single(host.Log.Loud);
        Assert.Contains("track1 (video, H264): no picture for 10 s while track2 (audio, MPEG4-GENERIC) goes on", line, StringComparison.Ordinal);
        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1);
    }

    [Fact]
    public async Task NewSessionsBringNoPictureEither_TheSoundIsServedAtOnceAndAttemptsComeAfter20And40Seconds()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new();

        // Pictures are waited for by default; sound must not be, where they stay away.
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: static o => o with { Start = StartMode.Auto }, time: time);
        using RtspTestClient viewer = await PlayAsync(host, camera, time, tracks: 2);
        await SoundUntilAsync(host, camera, time, TimeSpan.FromSeconds(12), () => camera.Count("PLAY") == 2);

        Task<InterleavedPacket> sound = ReadSoundOfAsync(viewer, 0x22);
        camera.SendRtp(1, 97, 50_000, 1, 43, true, [0x22]);
        await sound;
        TimeSpan second = await SoundUntilAsync(host, camera, time, TimeSpan.FromSeconds(60), () => camera.Count("PLAY") == 3);
        TimeSpan third = await SoundUntilAsync(host, camera, time, TimeSpan.FromSeconds(60), () => camera.Count("PLAY") == 4);

        Assert.InRange(second.TotalSeconds, 18, 24);
        Assert.InRange(third.TotalSeconds, 38, 44);
        Assert.Single(host.Log.Loud);
    }

    [Fact]
    public async Task PicturesStayAway_AViewerThatWantsToBeginWithAKeyFrame_HearsTheSoundAtOnce()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        using RtspTestClient first = await PlayAsync(host, camera, time, tracks: 2);
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(first);
        await SoundUntilAsync(host, camera, time, TimeSpan.FromSeconds(8), () => time.GetUtcNow() > time.Start.AddSeconds(6));

        // From here on the clock stands still: who waits for a key frame waits for ever.
        using RtspTestClient second = await host.ConnectAsync();
        RtspTestResponse setup = await second.RequestAsync("SETUP", host.Url + "/track1?start=keyframe", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        string session = "Session: " + setup.Session;
        Assert.Equal(200, (await second.RequestAsync("SETUP", host.Url + "/track2", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3", session)).Status);
        Assert.Equal(200, (await second.RequestAsync("PLAY", host.Url, session)).Status);
        Task<InterleavedPacket> sound = ReadSoundOfAsync(second, 0x22);
        camera.SendRtp(1, 97, 50_000, 1, 43, true, [0x22]);
        await sound;
    }

    private static ScriptedCamera Faulty(int status)
    {
        ScriptedCamera camera = new()
        {
            Sdp = ScriptedCamera.VideoAndAudio + "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:trackID=2\r\n",
        };
        camera.Script = r => IsSetupOf(r, "trackID=1") ? status == 0 ? new ScriptedReply { Silent = true } : ScriptedReply.Of(status, "No") : null;
        return camera;
    }

    private static bool IsSetupOf(ScriptedRequest request, string track) => request.Method == "SETUP" && request.Uri.EndsWith(track, StringComparison.Ordinal);

    private static int SetupsOf(ScriptedCamera camera, string track) => camera.Requests.Count(r => IsSetupOf(r, track));

    /// <summary>A viewer of the first tracks, on a clock that the test moves.</summary>
    private static async Task<RtspTestClient> PlayAsync(ProxyHost host, ScriptedCamera camera, FakeTimeProvider time, int tracks = 1)
    {
        Task<(RtspTestClient Client, string Session)> watching = host.WatchAsync(tracks);
        await host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(8), () => watching.IsCompleted, "the viewer plays");
        Assert.Equal(1, camera.Count("PLAY"));
        return (await watching).Client;
    }

    /// <summary>Sound goes on, a packet each quarter of a second, until the condition holds; gives how long that took.</summary>
    private static async Task<TimeSpan> SoundUntilAsync(ProxyHost host, ScriptedCamera camera, FakeTimeProvider time, TimeSpan limit, Func<bool> condition)
    {
        ushort number = 100;
        return await host.AdvanceUntilAsync(time, limit, () =>
        {
            camera.SendRtp(1, 97, ++number, number * 12_000u, 43, true, [1]);
            return condition();
        }, $"{string.Join(' ', camera.Methods)} {string.Join('\n', host.Log.Loud)}");
    }

    private static async Task<InterleavedPacket> ReadSoundOfAsync(RtspTestClient viewer, byte payload)
    {
        while (true)
        {
            InterleavedPacket packet = await ProxyHost.ReadAsync(viewer, channel: 2);
            if (packet.Payload[^1] == payload)
            {
                return packet;
            }
        }
    }
}
