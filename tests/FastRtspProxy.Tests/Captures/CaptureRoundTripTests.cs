using System.Net;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Captures;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Personalities;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Captures;

/// <summary>Captured, replayed, captured again: the same frames in the same order. Times: perf-scripts/capture-round-trip.sh.</summary>
public sealed class CaptureRoundTripTests
{
    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    [InlineData(BackendTransport.HttpTunnel)]
    public async Task Capture_OfAReplay_HasTheFramesOfTheOriginal(BackendTransport transport)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { User = "bob", Password = "hunter2" });
        byte[] first = await CaptureAsync(camera.Url.Replace("://", "://bob:hunter2@", StringComparison.Ordinal), transport, camera.Server.Port, packets: 100);
        Recording recording = Recording.Load(new MemoryStream(first));
        Assert.Equal(2, recording.Tracks.Tracks.Count);

        await using ReplayFixture replay = await ReplayFixture.StartAsync(recording, loops: false);
        byte[] second = await CaptureAsync(replay.Server.Url.Replace("://", "://user1:password1@", StringComparison.Ordinal), transport, replay.Server.Port, CaptureFiles.PlayedPackets(recording));

        AssertSameFrames(recording, Recording.Load(new MemoryStream(second)));
        Assert.DoesNotContain("hunter2", CaptureFiles.Unpacked(first), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", CaptureFiles.Unpacked(first), StringComparison.Ordinal);
        Assert.Empty(replay.Said);
    }

    /// <summary>Both are opened: the file is that of a camera without them.</summary>
    [Theory]
    [InlineData(BackendTransport.Tcp, "open tcp tls")]
    [InlineData(BackendTransport.HttpTunnel, "open tunnel tls")]
    public async Task Capture_OverTls_HasTheDialogueAndThePacketsInsideIt(BackendTransport transport, string opened)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { TlsPort = 0, User = "bob", Password = "hunter2" });
        byte[] file = await CaptureAsync(camera.Server.TlsUrls[0].Replace("://", "://bob:hunter2@", StringComparison.Ordinal), transport, camera.Server.TlsPort, packets: 20);

        Recording recording = Recording.Load(new MemoryStream(file));
        Assert.Contains(recording.Exchanges, static exchange => exchange is { Method: "PLAY", Status: 200 });
        Assert.True(recording.Packets.Count >= 20);
        string text = CaptureFiles.Unpacked(file);
        Assert.Contains(opened, text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        await using ReplayFixture replay = await ReplayFixture.StartAsync(recording, 4, loops: true);
        Assert.NotEmpty(await CaptureAsync(CaptureFiles.WithLogIn(replay.Server.Url, recording), BackendTransport.Tcp, 0, packets: 10));
    }

    /// <summary>Where a camera sends whoever reads it, a capture goes as a stream does.</summary>
    [Fact]
    public async Task Capture_CameraSendsItElsewhere_GoesOnThere()
    {
        await using CameraFixture other = await CameraFixture.StartAsync();
        using ScriptedCamera camera = new();
        byte[] redirect = Encoding.ASCII.GetBytes($"REDIRECT {camera.Url} RTSP/1.0\r\nCSeq: 1\r\nLocation: {other.Url}\r\n\r\n");
        camera.Script = request => request.Method == "PLAY" ? camera.Default(request) with { After = redirect } : null;

        Recording recording = Recording.Load(new MemoryStream(await CaptureAsync(camera.Url, BackendTransport.Tcp, 0, packets: 20)));

        Assert.True(recording.Packets.Count >= 20);
        Assert.Equal(1, camera.Count("PLAY"));
    }

    /// <summary>Each file of the folder: put one in, and it is a test.</summary>
    [Theory]
    [MemberData(nameof(CaptureFiles.All), MemberType = typeof(CaptureFiles))]
    public async Task File_IsACameraThatTheProxyReads(string file)
    {
        Recording recording = CaptureFiles.Load(file);
        await using ReplayFixture replay = await ReplayFixture.StartAsync(recording, 4, loops: false);
        string url = CaptureFiles.WithLogIn(replay.Server.Url, recording);

        Recording again = Recording.Load(new MemoryStream(await CaptureAsync(url, BackendTransport.Tcp, 0, CaptureFiles.PlayedPackets(recording))));

        Assert.Equal((file, recording.Tracks.Tracks.Count), (file, again.Tracks.Tracks.Count));
        AssertSameFrames(recording, again);
        Assert.All(again.Exchanges, exchange => Assert.True(exchange.Status is 0 or 200 or 401, $"{file}: {exchange.Method} was answered {exchange.Status}"));
    }

    [Fact]
    public void Folder_HoldsTheFirstFive() => Assert.True(CaptureFiles.Count >= 5);

    /// <summary>The packets of the first capture from its first one in the second on, track by track: other sources, the same all else.</summary>
    private static void AssertSameFrames(Recording first, Recording second)
    {
        foreach (int track in first.Packets.Where(static packet => packet.Kind == CaptureKind.Rtp && packet.Track >= 0).Select(static packet => packet.Track).Distinct())
        {
            string[] original = Numbers(first, track);
            string[] again = Numbers(second, track);
            Assert.NotEmpty(again);
            int from = Array.IndexOf(original, again[0]);
            Assert.True(from >= 0, "the second capture begins with a packet of the first");
            int common = Math.Min(original.Length - from, again.Length);
            Assert.True(common >= original.Length * 3 / 4, $"track {track}: {common} of {original.Length} packets");
            Assert.Equal(original[from..(from + common)], again[..common]);
        }
    }

    private static string[] Numbers(Recording recording, int track) =>
    [
        .. recording.Packets.Where(packet => packet.Kind == CaptureKind.Rtp && packet.Track == track)
            .Select(static packet => $"{Convert.ToHexString(packet.Bytes.AsSpan(0, 8))} {Convert.ToHexString(packet.Bytes.AsSpan(12))} {packet.Length}"),
    ];

    /// <summary>As the program does it, until so many packets have come.</summary>
    private static async Task<byte[]> CaptureAsync(string url, BackendTransport transport, int tunnelPort, int packets)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        StreamOptions stream = new() { Name = "c", Url = url, Transport = transport, TunnelPort = tunnelPort, InsecureTls = true };
        CountedRun run = new(CameraCapture.Of(stream, shards.Shards[0], NullLogger.Instance));
        return await run.RunAsync(packets);
    }

    /// <summary>Ends a capture when it has what is wanted, however long that takes.</summary>
    private sealed class CountedRun(CameraCapture camera)
    {
        public async Task<byte[]> RunAsync(int packets)
        {
            using CancellationTokenSource enough = new();
            using MemoryStream file = new();
            CaptureRun run = new(camera, new CaptureWish(TimeSpan.FromSeconds(60), WithMedia: false, CaptureWish.UsualBytesMax), "test");
            Task<CaptureOutcome> running = run.RunAsync(
                bytes =>
                {
                    file.Write(bytes.Span);
                    return Task.CompletedTask;
                },
                enough.Token);
            await Until.TrueAsync(() => running.IsCompleted || run.MediaPackets >= packets, 50, () => $"{run.MediaPackets} of {packets}");
            await enough.CancelAsync();
            CaptureOutcome outcome = await running;
            Assert.Null(outcome.Failure);
            return file.ToArray();
        }
    }
}
