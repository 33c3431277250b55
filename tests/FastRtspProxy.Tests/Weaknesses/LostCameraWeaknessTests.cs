using System.Buffers.Binary;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Cameras that die, hang, come back, or say goodbye.</summary>
public sealed class LostCameraWeaknessTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Weakness01_PlayingCameraFallsSilent_IsLostAfterTheIntervalThoughItAnswersOptions()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        (RtspTestClient client, _) = await host.WatchAsync();
        using RtspTestClient viewer = client;
        CameraTrack track = new(camera);
        track.SendPicture();
        await ProxyHost.ReadAsync(viewer);

        TimeSpan noticed = await host.AdvanceUntilAsync(time, s_minute, () => host.Log.Loud.Count > 0, "the loss is said");

        // 10 s by default; the clock runs on for as long as it takes us to look.
        Assert.InRange(noticed.TotalSeconds, 9.5, 15);
        await host.AdvanceUntilAsync(time, s_minute, () => camera.Count("PLAY") >= 2, "the camera is asked to play again");
        track.SendPicture();
        await ProxyHost.ReadAsync(viewer);
    }

    [Theory]
    [InlineData("DESCRIBE", "")]
    [InlineData("DESCRIBE", "RTSP/1.0 200 OK\r\nCSeq: ")]
    [InlineData("DESCRIBE", "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 500\r\n\r\nv=0\r\no=- 1 1")]
    [InlineData("SETUP", "")]
    [InlineData("PLAY", "")]
    public async Task Weakness02_CameraAnswersNothingOrHalf_IsGivenUpAndAskedAgain(string method, string half)
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        camera.Script = r => r.Method == method && camera.Count(method) == 1
            ? new ScriptedReply { Silent = half.Length == 0, Raw = System.Text.Encoding.ASCII.GetBytes(half) }
            : null;
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        using RtspTestClient viewer = await host.ConnectAsync();
        Task<RtspTestResponse>? play = null;
        if (method != "DESCRIBE")
        {
            RtspTestResponse setup = await viewer.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=0-1");
            play = viewer.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);
        }

        await Until.TrueAsync(() => camera.Count(method) == 1);
        await host.AdvanceUntilAsync(time, s_minute, () => camera.Count("DESCRIBE") >= 2, "the camera is asked again");

        if (play is not null)
        {
            // Held for so long as a PLAY may wait, and told then.
            await host.AdvanceUntilAsync(time, s_minute, () => play.IsCompleted, "the viewer has its answer");
            Assert.Contains((await play).Status, (int[])[200, 503]);
        }

        using RtspTestClient other = await host.ConnectAsync();
        Task<RtspTestResponse> describe = other.RequestAsync("DESCRIBE", host.Url);
        await host.AdvanceUntilAsync(time, s_minute, () => describe.IsCompleted, "a viewer's DESCRIBE");
        Assert.Equal(200, (await describe).Status);
    }

    [Fact]
    public async Task Weakness03_CameraDownForTenMinutes_IsSeenWithinHalfAMinuteOfItsReturn()
    {
        (FakeTimeProvider time, int port, ProxyHost host) = await DownForTenMinutesAsync();
        await using ProxyHost running = host;

        using ScriptedCamera camera = new(port);
        TimeSpan seen = await host.AdvanceUntilAsync(time, s_minute, () => camera.Count("DESCRIBE") > 0, "the camera is asked");

        Assert.InRange(seen.TotalSeconds, 0, 36);
    }

    [Fact]
    public async Task Weakness03_ViewerAsksForACameraThatIsBack_ItIsAskedAtOnce()
    {
        (FakeTimeProvider time, int port, ProxyHost host) = await DownForTenMinutesAsync();
        await using ProxyHost running = host;

        // No camera is asked more often than once a second, and the last time may be just now. The clock stands still from then on.
        using ScriptedCamera camera = new(port);
        await host.AdvanceAsync(time, TimeSpan.FromSeconds(1));
        using RtspTestClient viewer = await host.ConnectAsync();
        Assert.Equal(200, (await viewer.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Weakness04_CameraRebootsWithOtherSsrcAndClock_TheViewerPlaysOn(bool saysBye)
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, string session) = await host.WatchAsync();
        using RtspTestClient viewer = client;
        CameraTrack before = new(camera, ssrc: 1111, firstSequenceNumber: 40_000, firstTimestamp: 3_000_000_000);
        before.SendPicture();
        before.SendPicture();
        await ProxyHost.ReadAsync(viewer);
        InterleavedPacket last = await ProxyHost.ReadAsync(viewer);

        if (saysBye)
        {
            camera.SendRtcp(0, ScriptedCamera.ByeBytes(1111));
        }
        else
        {
            camera.DropConnections();
        }

        await Until.TrueAsync(() => camera.Count("PLAY") == 2);
        CameraTrack after = new(camera, ssrc: 2222, firstSequenceNumber: 7, firstTimestamp: 55);
        InterleavedPacket first = await SendUntilSeenAsync(after, viewer);

        Assert.Equal(unchecked((ushort)(last.SequenceNumber + 1)), first.SequenceNumber);
        Assert.InRange(unchecked(first.Timestamp - last.Timestamp), 1u, 15u * 90_000);
        Assert.Equal(last.Payload[8..12], first.Payload[8..12]);
        Assert.Equal(200, (await viewer.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task Weakness04_CameraStaysAway_TheViewerGetsByeAndItsSessionIsGone()
    {
        ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: o => o with { Hold = TimeSpan.FromMilliseconds(300) });
        (RtspTestClient client, string session) = await host.WatchAsync();
        using RtspTestClient viewer = client;
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(viewer);

        camera.Dispose();

        await ReadByeAsync(viewer);
        Assert.Equal(454, (await viewer.RequestAsync("GET_PARAMETER", host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task Weakness32_TheProxyEnds_CameraGetsTeardownAndViewerGetsBye()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, _) = await host.WatchAsync();
        using RtspTestClient viewer = client;
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(viewer);

        await host.DisposeAsync();

        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1);
        await ReadByeAsync(viewer);
        Assert.True(await viewer.IsClosedAsync());
    }

    /// <summary>The session may still be in its first moments when the camera believes that it plays: pictures are sent until one is seen.</summary>
    private static async Task<InterleavedPacket> SendUntilSeenAsync(CameraTrack track, RtspTestClient viewer)
    {
        Task<InterleavedPacket> seen = ProxyHost.ReadAsync(viewer);
        while (!seen.IsCompleted)
        {
            track.SendPicture();
            await Task.WhenAny(seen, Task.Delay(40));
        }

        return await seen;
    }

    /// <summary>Reads up to a compound with a BYE in it (RFC 3550 section 6.6).</summary>
    private static async Task ReadByeAsync(RtspTestClient viewer)
    {
        bool isBye = false;
        while (!isBye)
        {
            byte[] compound = (await ProxyHost.ReadAsync(viewer, channel: 1)).Payload;
            for (int at = 0; at + 4 <= compound.Length; at += 4 * (1 + BinaryPrimitives.ReadUInt16BigEndian(compound.AsSpan(at + 2))))
            {
                isBye |= compound[at + 1] == 203;
            }
        }
    }

    private static async Task<(FakeTimeProvider Time, int Port, ProxyHost Host)> DownForTenMinutesAsync()
    {
        FakeTimeProvider time = new();
        ScriptedCamera camera = new();
        camera.Dispose();
        ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        await Until.TrueAsync(() => host.Log.Loud.Count > 0);
        for (int second = 0; second < 600; second += 3)
        {
            await host.AdvanceAsync(time, TimeSpan.FromSeconds(3));
        }

        return (time, camera.Port, host);
    }
}
