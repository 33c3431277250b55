using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Cameras whose media takes one way only, comes late, has many sources, or lacks the picture.</summary>
public sealed class CameraWayFaultTests
{
    private const string Udp = "RTP/AVP;unicast;client_port=";

    [Fact]
    public async Task UdpOnly_SetUp_RefusesTcpAlone()
    {
        await using CameraFixture camera = await StartAsync("udp-only");
        using CameraClient client = await camera.ConnectAsync();

        Assert.Equal(461, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", Udp + "40000-40001"))).StatusCode);
    }

    [Fact]
    public async Task RtcpOnly_OverUdp_SendsReportsAlone()
    {
        await using CameraFixture camera = await StartAsync("rtcp-only");
        using CameraClient client = await camera.ConnectAsync();
        using UdpClient rtp = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient rtcp = new(new IPEndPoint(IPAddress.Loopback, 0));
        string ports = FormattableString.Invariant($"{Udp}{((IPEndPoint)rtp.Client.LocalEndPoint!).Port}-{((IPEndPoint)rtcp.Client.LocalEndPoint!).Port}");
        RtspMessage setUp = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", ports));
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setUp.Session!));

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await rtcp.ReceiveAsync(limit.Token)).Buffer[1]);
        }

        Assert.Equal(0, rtp.Available);
    }

    [Fact]
    public async Task RtcpOnly_OverTcp_ChangesNothing()
    {
        await using CameraFixture camera = await StartAsync("rtcp-only");
        using CameraClient client = await PlayAsync(camera);
        await UntilAsync(client, () => Count(client, 0) > 20);
        Assert.All(client.VideoSteps(), step => Assert.Equal(1, step));
    }

    [Fact]
    public async Task LateMedia_AfterPlay_BeginsWithAGroupThatMuchLater()
    {
        await using CameraFixture camera = await StartAsync("late-media=1s");
        long started = Environment.TickCount64;
        using CameraClient client = await PlayAsync(camera);
        await UntilAsync(client, () => client.Frames.Any(frame => frame.Channel == 0));

        Assert.True(Environment.TickCount64 - started >= 990, $"{Environment.TickCount64 - started} ms");
        byte[] first = client.Frames.First(frame => frame.Channel == 0).Payload;
        Assert.Equal(24, first[12] & 31); // STAP-A with the parameter sets
    }

    [Fact]
    public async Task SsrcPerGop_EachGroup_HasANewSourceAndNumbersGoOn()
    {
        await using CameraFixture camera = await StartAsync("ssrc=per-gop");
        using CameraClient client = await PlayAsync(camera);
        await UntilAsync(client, () => Sources(client, 0).Distinct().Count() > 2 && Sources(client, 2).Length > 2);

        Assert.All(client.VideoSteps(), step => Assert.Equal(1, step));
        Assert.Single(Sources(client, 2).Distinct());
        (byte Channel, byte[] Payload)[] video = [.. client.Frames.Where(frame => frame.Channel == 0)];
        for (int i = 1; i < video.Length; i++)
        {
            if (SourceOf(video[i].Payload) != SourceOf(video[i - 1].Payload))
            {
                Assert.Equal(24, video[i].Payload[12] & 31);
            }
        }
    }

    [Theory]
    [InlineData("video-silent@2s", false)]
    [InlineData("video-silent=session@2s", true)]
    public async Task VideoSilent_AtItsTime_LeavesTheSound(string fault, bool newSessionHasVideo)
    {
        FakeTimeProvider time = new();
        await using CameraFixture camera = await StartAsync(fault, time);
        using CameraClient client = await PlayAsync(camera);
        await camera.PassUntilAsync(() => time.GetUtcNow() > time.Start.AddSeconds(2), client);
        Assert.True(Count(client, 0) > 0 && Count(client, 2) > 0);
        int video = Count(client, 0);
        int sound = Count(client, 2);
        await camera.PassUntilAsync(() => Count(client, 2) > sound + 20, client);
        Assert.Equal(video, Count(client, 0));

        using CameraClient again = await PlayAsync(camera);
        await camera.PassUntilAsync(() => Count(again, 2) > 20, again);
        Assert.Equal(newSessionHasVideo, Count(again, 0) > 0);
    }

    [Fact]
    public async Task VideoSilent_ForAWhile_ComesBack()
    {
        await using CameraFixture camera = await StartAsync("video-silent=500ms@400ms", new FakeTimeProvider());
        using CameraClient client = await PlayAsync(camera);
        // A gap of the length of the silence, and pictures behind it; numbers go on.
        await camera.PassUntilAsync(() => Gaps(client).Any(ticks => ticks > 40_000), client);
        Assert.All(client.VideoSteps(), step => Assert.Equal(1, step));
    }

    private static IEnumerable<uint> Gaps(CameraClient client)
    {
        uint[] stamps = [.. client.Frames.Where(frame => frame.Channel == 0).Select(frame => BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4)))];
        return stamps.Zip(stamps.Skip(1)).Select(pair => unchecked(pair.Second - pair.First));
    }

    private static int Count(CameraClient client, byte channel) => client.Frames.Count(frame => frame.Channel == channel);

    private static uint[] Sources(CameraClient client, byte channel) => [.. client.Frames.Where(frame => frame.Channel == channel).Select(frame => SourceOf(frame.Payload))];

    private static uint SourceOf(byte[] packet) => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8));

    private static async Task UntilAsync(CameraClient client, Func<bool> condition)
    {
        while (!condition())
        {
            Assert.True(await client.FramesAsync(client.Frames.Count + 1));
        }
    }

    /// <summary>Plays both tracks, interleaved on 0 and 2.</summary>
    private static async Task<CameraClient> PlayAsync(CameraFixture camera)
    {
        CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.SetUpTcpAsync(camera.Url, 1, session);
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        return client;
    }

    private static Task<CameraFixture> StartAsync(string faults, FakeTimeProvider? time = null)
    {
        Assert.True(FaultSchedule.TryParse(faults, out FaultSchedule schedule, out _));
        return CameraFixture.StartAsync(options => options with { Faults = schedule, SenderReportInterval = TimeSpan.FromMilliseconds(200) }, time: time);
    }
}
