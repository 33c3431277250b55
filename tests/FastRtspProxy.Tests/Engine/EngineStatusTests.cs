using System.Collections.Concurrent;
using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.SimulatedCamera;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>What is known of streams and viewers, of a real engine with simulated and scripted cameras.</summary>
public sealed class EngineStatusTests
{
    [Fact]
    public async Task StreamsAsync_PlayingCamera_SaysWhatComes()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url.Replace("://", "://user:secret@", StringComparison.Ordinal), BackendTransport.Udp)]);
        (RtspTestClient client, _) = await host.WatchAsync(2);
        await ProxyHost.ReadAsync(client);

        StreamStatus stream = await UntilAsync(host, static stream =>
            stream.Tracks is [{ FramesPerSecond: > 24.5 and < 25.5, KeyFrameInterval: not null, Bitrate: > 0 }, ..] && stream.Ingest is { Bitrate: > 0, ClockOffset: > -1 and < 1 });

        Assert.Equal(("cam", StreamOrigin.Configured, StreamState.Playing, true), (stream.Name, stream.Origin, stream.State, stream.IsUp));
        Assert.Equal(("udp", "it is tried first"), (stream.Way, stream.WayReason is "media comes by it" ? "it is tried first" : stream.WayReason));
        Assert.DoesNotContain("secret", stream.Source, StringComparison.Ordinal);
        Assert.Equal(camera.Server.Port, IPEndPoint.Parse(stream.Peer!).Port);
        Assert.InRange(stream.Since, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        Assert.Null(stream.LastError);
        TrackStatus video = stream.Tracks[0];
        Assert.Equal(("track1", "video", "H264", 90_000), (video.Id, video.Media, video.Codec, video.ClockRate));
        Assert.True(video is { Width: > 0, Height: > 0, Packets: > 0, Bytes: > 0, Jitter: not null }, video.ToString());
        Assert.Equal(6, video.Profile!.Length);
        TrackStatus audio = stream.Tracks[1];
        Assert.Equal(("track2", "audio"), (audio.Id, audio.Media));
        Assert.NotNull(audio.Channels);
        Assert.InRange(stream.Ingest.LastPacket!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.True(stream is { KeptBytes: > 0, KeptSeconds: >= 0 });
        Assert.Equal((1, 1, 0), (stream.Viewers.Total, stream.Viewers.Tcp, stream.Viewers.Held));
        Assert.True(stream.Viewers is { SentBytes: > 0, SentPackets: > 0 });
        Assert.Null(await host.Engine.Status.StreamAsync("other"));
    }

    [Fact]
    public async Task StreamAsync_CameraThatIsNotThere_SaysWhyAndWhenItIsTriedAgain()
    {
        ScriptedCamera camera = new();
        camera.Dispose();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);

        StreamStatus stream = await UntilAsync(host, static stream => stream is { State: StreamState.Down, NextAttempt: not null });

        Assert.False(stream.IsUp);
        Assert.Equal("refused", stream.LastError!.Kind);
        Assert.True(stream.Attempts > 0);
        Assert.True(stream.NextAttempt > stream.LastError.At);
        Assert.Equal((null, 0L), (stream.Way, stream.Reconnects));
        Assert.Empty(stream.Tracks);
    }

    [Fact]
    public async Task ViewersAsync_EachWay_SaysWhoWatches()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using UdpTestReceiver receiver = new();
        (RtspTestClient udp, string secret) = await host.WatchUdpAsync(receiver);
        (RtspTestClient tcp, _) = await host.WatchAsync(2);
        CameraTrack video = new(camera);
        video.SendPicture();
        video.SendPicture();
        await ProxyHost.ReadAsync(tcp);
        await ProxyHost.ReadAsync(tcp);

        IReadOnlyList<ViewerStatus> viewers = [];
        await Until.TrueAsync(async () => (viewers = await host.Engine.Status.ViewersAsync("cam")).Count(static viewer => viewer.SentPackets == 2) == 2);

        Assert.Equal(["tcp", "udp"], viewers.Select(static viewer => viewer.Way).Order());
        Assert.All(viewers, static viewer => Assert.True(viewer is { Stream: "cam", IsPlaying: true, Lag: null, DroppedPackets: 0, ReportedLostPackets: 0, RoundTrip: not null }, viewer.ToString()));
        Assert.All(viewers, static viewer => Assert.Equal(IPAddress.Loopback, viewer.Address));
        Assert.Equal([224, 232], viewers.Select(static viewer => viewer.SentBytes).Order()); // 112 bytes a packet, over TCP with four in front
        Assert.DoesNotContain(viewers, viewer => viewer.Id == secret);
        Assert.Empty(await host.Engine.Status.ViewersAsync("other"));
        StreamViewers counts = (await host.Engine.Status.StreamAsync("cam"))!.Viewers;
        Assert.Equal((1, 1, 456L, 4L), (counts.Udp, counts.Tcp, counts.SentBytes, counts.SentPackets));
        udp.Dispose();
        tcp.Dispose();
    }

    [Fact]
    public async Task ViewersAsync_NamedPlayer_IsNamedInBounds()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient client = await host.ConnectAsync();
        string agent = "User-Agent: " + new string('a', 300);
        Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", agent)).Status);

        ViewerStatus viewer = Assert.Single(await host.Engine.Status.ViewersAsync());

        Assert.Equal((new string('a', 200), false, null), (viewer.Agent, viewer.IsPlaying, viewer.User));
    }

    [Fact]
    public async Task EndViewerAsync_Known_IsToldAndCounted()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        ConcurrentQueue<EngineEvent> events = new();
        host.Engine.Status.Happened += events.Enqueue;
        (RtspTestClient client, string session) = await host.WatchAsync();
        ViewerStatus viewer = Assert.Single(await host.Engine.Status.ViewersAsync());

        Assert.False(await host.Engine.Status.EndViewerAsync(session));
        Assert.False(await host.Engine.Status.EndViewerAsync("nonsense"));
        Assert.True(await host.Engine.Status.EndViewerAsync(viewer.Id));

        Assert.True((await ByeAsync(client)).AsSpan().IndexOf("ended by the operator"u8) > 0);
        Assert.Empty(await host.Engine.Status.ViewersAsync());
        Assert.Equal(454, (await client.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
        Assert.False(await host.Engine.Status.EndViewerAsync(viewer.Id));
        Assert.Equal(0, (await host.Engine.Status.StreamAsync("cam"))!.Viewers.Total);
        EngineEvent[] ofViewer = [.. events.Where(what => what.Viewer == viewer.Id)];
        Assert.Equal([(EngineEventKind.ViewerJoined, null), (EngineEventKind.ViewerLeft, "kicked")], ofViewer.Select(static what => (what.Kind, what.Reason)));
        Assert.All(ofViewer, static what => Assert.Equal(("cam", "tcp", IPAddress.Loopback), (what.Stream, what.Way, what.Address)));
    }

    [Fact]
    public async Task RestartAsync_WatchedStream_CameraIsAskedAnewAndViewersPlayOn()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        video.SendPicture();
        await ProxyHost.ReadAsync(client);

        Assert.True(await host.Engine.Status.RestartAsync("cam"));
        Assert.False(await host.Engine.Status.RestartAsync("other"));

        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1 && camera.Count("PLAY") == 2);
        await UntilAsync(host, static stream => stream.State == StreamState.Playing);
        video.SendPicture();
        await ProxyHost.ReadAsync(client);
        StreamStatus stream = (await host.Engine.Status.StreamAsync("cam"))!;
        Assert.Equal((true, 1, 0L), (stream.IsUp, stream.Viewers.Tcp, stream.Reconnects));
        Assert.Contains(host.Log.Texts, static text => text.Contains("this was asked for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Happened_CameraGoesAndComesBack_IsToldOnceEach()
    {
        int port;
        ConcurrentQueue<EngineEvent> events = new();
        ScriptedCamera camera = new();
        port = camera.Port;
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url)]);
        host.Engine.Status.Happened += events.Enqueue;
        (RtspTestClient client, _) = await host.WatchAsync();
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(client);

        camera.Dispose();
        await UntilAsync(host, static stream => stream.State == StreamState.Holding && stream.NextAttempt is not null);
        StreamStatus lost = (await host.Engine.Status.StreamAsync("cam"))!;
        using ScriptedCamera again = new(port);
        await Until.TrueAsync(() => again.IsPlaying);
        new CameraTrack(again).SendPicture();
        await ProxyHost.ReadAsync(client);
        await UntilAsync(host, static stream => stream.IsUp);

        Assert.Equal((false, 1, 1L), (lost.IsUp, lost.Viewers.Held, lost.Reconnects));
        StreamStatus back = (await host.Engine.Status.StreamAsync("cam"))!;
        Assert.Equal((0, null, 0), (back.Attempts, back.NextAttempt, back.Viewers.Held));
        Assert.NotNull(back.LastError);
        EngineEventKind[] told = [.. events.Where(static what => what.Kind is EngineEventKind.StreamUp or EngineEventKind.StreamDown).Select(static what => what.Kind)];
        Assert.Equal([EngineEventKind.StreamDown, EngineEventKind.StreamUp], told.SkipWhile(static kind => kind == EngineEventKind.StreamUp));
    }

    [Fact]
    public async Task Happened_StreamsComeChangeAndGo_IsTold()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        ConcurrentQueue<EngineEvent> events = new();
        host.Engine.Status.Happened += events.Enqueue;
        StreamOptions stream = ProxyHost.Stream("cam", camera.Url);

        await host.Engine.Streams.AddAsync(stream);
        await host.Engine.Streams.ChangeAsync(stream with { Settings = new StreamSettings { Linger = TimeSpan.FromMinutes(1) } });
        await host.Engine.Streams.AddAsync(ProxyHost.Stream("lobby-*", camera.Url + "/${1}"));
        (RtspTestClient client, _) = await host.WatchAsync(name: "lobby-1");
        StreamStatus made = (await host.Engine.Status.StreamAsync("lobby-1"))!;
        client.Dispose();
        await host.Engine.Streams.RemoveAsync("cam");

        Assert.Equal(StreamOrigin.Wildcard, made.Origin);
        Assert.Equal(
            [EngineEventKind.StreamAdded, EngineEventKind.StreamChanged, EngineEventKind.StreamRemoved],
            events.Where(static what => what.Stream == "cam" && what.Kind is not EngineEventKind.StreamUp).Select(static what => what.Kind));
        Assert.Contains(events, static what => what is { Kind: EngineEventKind.StreamAdded, Stream: "lobby-1" });
    }

    [Fact]
    public async Task Happened_NoPlace_ViewerIsRefused()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            [ProxyHost.Stream("cam", camera.Url) with { Settings = new StreamSettings { MaxClients = 1, Start = StartMode.Live } }]);
        ConcurrentQueue<EngineEvent> events = new();
        (RtspTestClient client, _) = await host.WatchAsync();
        host.Engine.Status.Happened += events.Enqueue;
        using RtspTestClient second = await host.ConnectAsync();
        RtspTestResponse setup = await second.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal(453, (await second.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);

        EngineEvent told = Assert.Single(events, static what => what.Kind == EngineEventKind.ViewerRefused);
        Assert.Equal((EngineEventKind.ViewerRefused, "cam", "limit", IPAddress.Loopback), (told.Kind, told.Stream, told.Reason, told.Address));
        client.Dispose();
    }

    /// <summary>A thousand streams and viewers in chunks: each answer is whole and in order.</summary>
    [Fact]
    public async Task StreamsAsync_ManyStreams_AreAllThere()
    {
        ScriptedCamera camera = new();
        camera.Dispose();
        await using ProxyHost host = await ProxyHost.StartAsync([.. Enumerable.Range(0, 300).Select(i => ProxyHost.Stream($"cam-{i:000}", camera.Url))]);

        IReadOnlyList<StreamStatus> streams = await host.Engine.Status.StreamsAsync();

        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"cam-{i:000}"), streams.Select(static stream => stream.Name));
    }

    private static async Task<StreamStatus> UntilAsync(ProxyHost host, Func<StreamStatus, bool> condition)
    {
        StreamStatus? stream = null;
        await Until.TrueAsync(async () => (stream = await host.Engine.Status.StreamAsync("cam")) is { } now && condition(now), detail: () => stream?.ToString() ?? "none");
        return stream!;
    }

    private static async Task<byte[]> ByeAsync(RtspTestClient client)
    {
        while (true)
        {
            byte[] payload = (await ProxyHost.ReadAsync(client, 1)).Payload;
            if (payload.AsSpan().IndexOf("ended"u8) >= 0)
            {
                return payload;
            }
        }
    }
}
