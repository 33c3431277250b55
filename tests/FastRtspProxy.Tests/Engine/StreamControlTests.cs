using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>Streams that come, go and change while others are watched.</summary>
public sealed class StreamControlTests
{
    /// <summary>RTCP's packet type of a BYE (RFC 3550 section 12.1), behind 0x81 where it is of one source.</summary>
    private const byte Bye = 203;

    private static readonly StreamSettings s_settings = new() { Start = StartMode.Live, Linger = TimeSpan.Zero };

    private static readonly Func<ProxyOptions, ProxyOptions> s_register = static options => options with { AcceptRegister = true, AllowPrivateRegister = true };

    [Fact]
    public async Task AddAsync_NewStream_IsServed()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([]);

        await host.Engine.Streams.AddAsync(Stream("cam", camera));

        (RtspTestClient client, _) = await host.WatchAsync();
        new CameraTrack(camera).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(client)).Channel);
        Assert.Equal(["cam"], host.Engine.Streams.Snapshot.Select(static stream => stream.Name));
    }

    /// <summary>What is kept for cameras grows and shrinks with them, however long after the start they come.</summary>
    [Fact]
    public async Task AddAndRemove_AnyStreams_DescriptorsAreKeptForThem()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        int before = host.Engine.Counters.Descriptors.ForCameras;
        StreamOptions wildcard = new() { Name = "cam-*", Url = "rtsp://192.0.2.1/${1}", MaxInstances = 3 };

        await host.Engine.Streams.AddAsync(wildcard);
        Assert.Equal(before + (3 * DescriptorBudget.PerStream), host.Engine.Counters.Descriptors.ForCameras);
        await host.Engine.Streams.ChangeAsync(wildcard with { MaxInstances = 5 });
        Assert.Equal(before + (5 * DescriptorBudget.PerStream), host.Engine.Counters.Descriptors.ForCameras);
        await host.Engine.Streams.RemoveAsync("cam-*");
        Assert.Equal(before, host.Engine.Counters.Descriptors.ForCameras);
    }

    /// <summary>A stranger chose that name: it has no say in which configuration is in force.</summary>
    [Theory]
    [InlineData("gate", "gate")]
    [InlineData("gate", "gate/1")]
    [InlineData("gate/1/2", "gate/1")]
    [InlineData("lobby-1", "lobby-*")]
    [InlineData("lobby", "*/live")]
    public async Task AddAsync_NameOfARegisteredStream_TheRegisteredOneEnds(string registered, string added)
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera stranger = new();
        await using ProxyHost host = await ProxyHost.StartAsync([], static options => s_register(options) with { MaxRegistered = 1 });
        using RtspTestClient party = await host.ConnectAsync();
        Assert.Equal(200, (await party.RequestAsync("REGISTER", stranger.Url, "Transport: proxy_url_suffix=" + registered)).Status);
        (RtspTestClient viewer, string session) = await host.WatchAsync(name: registered);
        bool isWildcard = added.Contains('*', StringComparison.Ordinal);
        StreamOptions stream = isWildcard ? Stream(added, camera) with { Url = $"rtsp://127.0.0.1:{camera.Port}/${{1}}" } : Stream(added, camera);

        Assert.Empty(host.Engine.Streams.Validate([stream]));
        await host.Engine.Streams.AddAsync(stream);

        await Until.TrueAsync(async () => (await viewer.RequestAsync("GET_PARAMETER", host.UrlOf(registered), "Session: " + session)).Status == 454);
        string asked = added.Replace("lobby-*", "lobby-1", StringComparison.Ordinal).Replace('*'.ToString(), "lobby", StringComparison.Ordinal);
        Assert.Equal(200, (await party.RequestAsync("DESCRIBE", host.UrlOf(asked))).Status);
        Assert.NotEqual(0, camera.Count("DESCRIBE"));
        Assert.Single(host.Log.Loud, line => line.Contains(registered + ": the registered stream of that name ends", StringComparison.Ordinal));

        // It is not the stranger's to take away again, and the place is free for another one.
        Assert.Equal(451, (await party.RequestAsync("DEREGISTER", stranger.Url, "Transport: proxy_url_suffix=" + registered)).Status);
        Assert.Equal(451, (await party.RequestAsync("DEREGISTER", stranger.Url)).Status);
        Assert.Equal(200, (await party.RequestAsync("DESCRIBE", host.UrlOf(asked))).Status);
        await Until.TrueAsync(async () => (await party.RequestAsync("REGISTER", stranger.Url, "Transport: proxy_url_suffix=a/b")).Status == 200);
    }

    [Fact]
    public async Task AddAsync_WildcardForEverything_RegisteredStreamsWithNamesOfOursStay()
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera party = new();
        await using ProxyHost host = await ProxyHost.StartAsync([], s_register);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("REGISTER", party.Url)).Status);

        await host.Engine.Streams.AddAsync(Stream("*", camera) with { Url = $"rtsp://127.0.0.1:{camera.Port}/${{1}}" });

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf("registeredProxyStream-1"))).Status);
        Assert.Equal(0, camera.ConnectionCount);
    }

    [Fact]
    public async Task AddAsync_CannotBeHad_SaysWhyAndChangesNothing()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        StreamControl streams = host.Engine.Streams;
        StreamOptions ourselves = new() { Name = "own", Url = $"rtsp://127.0.0.1:{host.Engine.RtspPort}/cam" };

        StreamException taken = await Assert.ThrowsAsync<StreamException>(() => streams.AddAsync(Stream("cam", camera)));
        StreamException beginning = await Assert.ThrowsAsync<StreamException>(() => streams.AddAsync(Stream("cam/2", camera)));
        StreamException noUrl = await Assert.ThrowsAsync<StreamException>(() => streams.AddAsync(new() { Name = "x", Url = "nonsense" }));
        StreamException loop = await Assert.ThrowsAsync<StreamException>(() => streams.AddAsync(ourselves));
        StreamException unknown = await Assert.ThrowsAsync<StreamException>(() => streams.ChangeAsync(Stream("y", camera)));
        StreamException changed = await Assert.ThrowsAsync<StreamException>(() => streams.ChangeAsync(ourselves with { Name = "cam" }));

        Assert.Contains("\"cam\" is another stream's", taken.Message, StringComparison.Ordinal);
        Assert.Contains("beginning of the other", beginning.Message, StringComparison.Ordinal);
        Assert.Contains("must begin with rtsp://", noUrl.Message, StringComparison.Ordinal);
        Assert.Contains("points at this proxy itself", loop.Message, StringComparison.Ordinal);
        Assert.Contains("There is no stream \"y\"", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("points at this proxy itself", changed.Message, StringComparison.Ordinal);
        Assert.Equal([camera.Url], streams.Snapshot.Select(static stream => stream.Url));
        Assert.Equal([(0, "own")], streams.Validate([ourselves]).Select(static problem => (problem.Index, problem.Stream)));
    }

    [Fact]
    public async Task RemoveAsync_WatchedStream_ViewersAreToldAndTheCameraIsLetGo()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, string session) = await host.WatchAsync();
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(client);

        bool isRemoved = await host.Engine.Streams.RemoveAsync("cam");

        Assert.True(isRemoved);
        Assert.False(await host.Engine.Streams.RemoveAsync("cam"));
        Assert.Empty(host.Engine.Streams.Snapshot);
        while ((await ProxyHost.ReadAsync(client, 1)).Payload.AsSpan().IndexOf((byte[])[0x81, Bye]) < 0)
        {
            // A report went out before.
        }

        Assert.Equal(454, (await client.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
        Assert.Equal(404, (await client.RequestAsync("DESCRIBE", host.Url)).Status);
        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1);
        Assert.Contains(host.Log.Texts, static text => text.Contains("MountRemoved", StringComparison.Ordinal));
    }

    /// <summary>One that has paused, or has set up only, hears of it as well: it would wait for a stream that never comes back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RemoveAsync_ViewerThatDoesNotPlay_IsToldToo(bool wasPlayed)
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        string session = "Session: " + setup.Session;
        if (wasPlayed)
        {
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, session)).Status);
            Assert.Equal(200, (await client.RequestAsync("PAUSE", host.Url, session)).Status);
        }

        Assert.True(await host.Engine.Streams.RemoveAsync("cam"));

        await Until.TrueAsync(() => host.Log.Texts.Any(static text => text.Contains("MountRemoved", StringComparison.Ordinal)));
        Assert.Equal(454, (await client.RequestAsync("GET_PARAMETER", host.Url, session)).Status);
        Assert.Empty(await host.Engine.Status.ViewersAsync());
    }

    [Fact]
    public async Task ChangeAsync_SettingsOnly_TouchesNoSession()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", camera)]);
        (RtspTestClient client, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        video.SendPicture();
        InterleavedPacket before = await ProxyHost.ReadAsync(client);
        StreamSettings other = s_settings with
        {
            Linger = TimeSpan.FromMinutes(1),
            Hold = TimeSpan.FromMinutes(1),
            DeadStreamInterval = TimeSpan.FromMinutes(1),
            AnswerTimeout = TimeSpan.FromSeconds(3),
            Start = StartMode.Keyframe,
            GopCacheBytes = 1 << 20,
            GopCacheDuration = TimeSpan.FromSeconds(3),
            AlwaysOn = true,
        };

        await host.Engine.Streams.ChangeAsync(Stream("cam", camera) with { Settings = other });

        video.SendPicture();
        InterleavedPacket after = await ProxyHost.ReadAsync(client);
        Assert.Equal(1, unchecked((ushort)(after.SequenceNumber - before.SequenceNumber)));
        Assert.Equal((1, 1, 0), (camera.ConnectionCount, camera.Count("PLAY"), camera.Count("TEARDOWN")));
        Assert.Equal(other, Assert.Single(host.Engine.Streams.Snapshot).Settings);
    }

    [Fact]
    public async Task ChangeAsync_FewerViewers_ThoseThatAreThereStay()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", camera)]);
        (RtspTestClient first, _) = await host.WatchAsync();
        (RtspTestClient second, _) = await host.WatchAsync();

        await host.Engine.Streams.ChangeAsync(Stream("cam", camera) with { Settings = s_settings with { MaxClients = 1 } });

        Assert.Equal(453, await PlayAsync(host, "cam"));
        new CameraTrack(camera).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(first)).Channel);
        Assert.Equal(0, (await ProxyHost.ReadAsync(second)).Channel);
    }

    [Fact]
    public async Task ChangeAsync_AlwaysOn_IsPulledForNobodyAndLetGoAgain()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", camera)]);
        await Until.TrueAsync(() => camera.Count("DESCRIBE") == 1);

        await host.Engine.Streams.ChangeAsync(Stream("cam", camera) with { Settings = s_settings with { AlwaysOn = true } });
        await Until.TrueAsync(() => camera.IsPlaying);
        await host.Engine.Streams.ChangeAsync(Stream("cam", camera));

        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1);
        Assert.Equal(1, camera.Count("PLAY"));
    }

    [Fact]
    public async Task ChangeAsync_OtherCamera_ViewersPlayOn()
    {
        using ScriptedCamera old = new();
        using ScriptedCamera other = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", old)]);
        (RtspTestClient client, string session) = await host.WatchAsync();
        new CameraTrack(old, firstSequenceNumber: 100, firstTimestamp: 1).SendPicture();
        InterleavedPacket before = await ProxyHost.ReadAsync(client);

        await host.Engine.Streams.ChangeAsync(Stream("cam", other));

        await Until.TrueAsync(() => other.IsPlaying && old.Count("TEARDOWN") == 1);
        new CameraTrack(other, ssrc: 7, firstSequenceNumber: 40_000, firstTimestamp: 3_000_000_000).SendPicture();
        InterleavedPacket after = await ProxyHost.ReadAsync(client);
        Assert.Equal(1, unchecked((ushort)(after.SequenceNumber - before.SequenceNumber)));
        Assert.InRange(unchecked((int)(after.Timestamp - before.Timestamp)), 1, 90_000 * 60);
        Assert.Equal(before.Payload[8..12], after.Payload[8..12]);
        Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task ChangeAsync_BackBeforeTheOtherCameraAnswers_ViewersPlayOn()
    {
        using ScriptedCamera old = new();
        using ScriptedCamera mute = new() { Script = static _ => new ScriptedReply { Silent = true } };
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", old)]);
        (RtspTestClient client, _) = await host.WatchAsync();
        CameraTrack video = new(old);
        video.SendPicture();
        InterleavedPacket before = await ProxyHost.ReadAsync(client);
        await host.Engine.Streams.ChangeAsync(Stream("cam", mute));
        await Until.TrueAsync(() => mute.ConnectionCount == 1);

        await host.Engine.Streams.ChangeAsync(Stream("cam", old));

        await Until.TrueAsync(() => old.Count("PLAY") == 2 && old.IsPlaying);
        video.SendPicture();
        Assert.Equal(1, unchecked((ushort)((await ProxyHost.ReadAsync(client)).SequenceNumber - before.SequenceNumber)));
        await Until.TrueAsync(() => mute.OpenConnections == 0);
    }

    [Fact]
    public async Task ChangeAsync_CameraThatIsDown_TheNewOneIsTriedAtOnce()
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera gone = new();
        gone.Dispose();
        FakeTimeProvider time = new(); // stands still: no wait is ever over
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", gone)], time: time);
        await Until.TrueAsync(() => host.Log.Loud.Count == 1);

        await host.Engine.Streams.ChangeAsync(Stream("cam", camera));

        await Until.TrueAsync(() => camera.Count("DESCRIBE") == 1);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    [Fact]
    public async Task ChangeAsync_OtherCameraThatNobodyWatches_IsDescribedToTheNextViewer()
    {
        using ScriptedCamera old = new();
        using ScriptedCamera other = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync([Stream("cam", old)]);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Contains("m=audio", (await client.RequestAsync("DESCRIBE", host.Url)).BodyText, StringComparison.Ordinal);

        await host.Engine.Streams.ChangeAsync(Stream("cam", other));

        Assert.DoesNotContain("m=audio", (await client.RequestAsync("DESCRIBE", host.Url)).BodyText, StringComparison.Ordinal);
        await Until.TrueAsync(() => old.OpenConnections == 0);
    }

    [Fact]
    public async Task AddAndRemove_FromManyThreads_OneAfterTheOther()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        StreamControl streams = host.Engine.Streams;

        int[] added = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            try
            {
                await streams.AddAsync(Stream("cam" + (i % 8), camera));
                return 1;
            }
            catch (StreamException)
            {
                return 0;
            }
        })));
        bool[] removed = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => streams.RemoveAsync("cam" + (i % 8)))));

        Assert.Equal((8, 8), (added.Sum(), removed.Count(static done => done)));
        Assert.Empty(streams.Snapshot);
    }

    /// <summary>What the others' viewers see of twenty changes: nothing.</summary>
    [Fact]
    public async Task AnyChange_OfOneStream_TheOthersNoticeNothing()
    {
        const int Others = 20;
        using ScriptedCamera first = new();
        using ScriptedCamera second = new();
        ScriptedCamera[] cameras = [.. Enumerable.Range(0, Others).Select(static _ => new ScriptedCamera())];
        await using ProxyHost host = await ProxyHost.StartAsync(
            [Stream("changed", first), .. cameras.Select(static (camera, i) => Stream("cam" + i, camera))]);
        CameraTrack[] tracks = [.. cameras.Select(static camera => new CameraTrack(camera))];
        List<(RtspTestClient Client, int Camera, ushort Number)> viewers = [];
        for (int i = 0; i < 2 * Others; i++)
        {
            viewers.Add(((await host.WatchAsync(name: "cam" + (i / 2))).Client, i / 2, 0));
        }

        (RtspTestClient watcher, _) = await host.WatchAsync(name: "changed");
        for (int change = 0; change < 20; change++)
        {
            Task changing = ChangeAsync(host.Engine.Streams, change, first, second);
            foreach (CameraTrack track in tracks)
            {
                track.SendPicture();
            }

            await changing;
            for (int v = 0; v < viewers.Count; v++)
            {
                (RtspTestClient client, int camera, ushort before) = viewers[v];
                ushort number = (await ProxyHost.ReadAsync(client)).SequenceNumber;
                Assert.True(change == 0 || unchecked((ushort)(before + 1)) == number, $"change {change}: cam{camera} has {number} behind {before}");
                viewers[v] = (client, camera, number);
            }
        }

        Assert.All(cameras, static camera => Assert.Equal((1, 1, 0), (camera.ConnectionCount, camera.Count("PLAY"), camera.Count("TEARDOWN"))));
        watcher.Dispose();
        foreach (ScriptedCamera camera in cameras)
        {
            camera.Dispose();
        }
    }

    private static Task ChangeAsync(StreamControl streams, int change, ScriptedCamera first, ScriptedCamera second) => (change % 5) switch
    {
        0 => streams.ChangeAsync(Stream("changed", second)),
        1 => streams.ChangeAsync(Stream("changed", second) with { Settings = s_settings with { Hold = TimeSpan.FromSeconds(20 + change) } }),
        2 => streams.ChangeAsync(Stream("changed", first) with { Credentials = new Credentials("u", "p" + change) }),
        3 => streams.RemoveAsync("changed"),
        _ => streams.AddAsync(Stream("changed", first)),
    };

    private static StreamOptions Stream(string name, ScriptedCamera camera) => ProxyHost.Stream(name, camera.Url) with { Settings = s_settings };

    private static async Task<int> PlayAsync(ProxyHost host, string name)
    {
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.UrlOf(name) + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        return (await client.RequestAsync("PLAY", host.UrlOf(name), "Session: " + setup.Session)).Status;
    }
}
