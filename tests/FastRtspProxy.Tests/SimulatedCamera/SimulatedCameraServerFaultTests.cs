using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Faults of the camera: what `--fault` makes it do.</summary>
public sealed class SimulatedCameraServerFaultTests
{
    [Fact]
    public async Task NonceRotate_SecondRequestWithTheOldNonce_IsStale()
    {
        Assert.True(FaultSchedule.TryParse("nonce-rotate", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { User = "u", Password = "p", Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        AuthClient auth = new("u", "p");
        auth.Accept((await client.AskAsync(RtspMethod.Describe, camera.Url)).HeaderValues("WWW-Authenticate"));
        RtspHeader Next() => new("Authorization", auth.Authorization(RtspMethod.Describe, camera.Url)!);
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Describe, camera.Url, Next())).StatusCode);
        RtspMessage stale = await client.AskAsync(RtspMethod.Describe, camera.Url, Next());
        Assert.Equal(401, stale.StatusCode);
        Assert.Contains("stale=TRUE", stale.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.True(auth.Accept(stale.HeaderValues("WWW-Authenticate")));
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Describe, camera.Url, Next())).StatusCode);
    }

    [Fact]
    public async Task Loss_ByOrdinal_LeavesOneHole()
    {
        Assert.True(FaultSchedule.TryParse("loss=#10", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(40));

        int[] steps = client.VideoSteps();
        Assert.Equal(9, Array.IndexOf(steps, 2));
        Assert.Single(steps, step => step != 1);
    }

    [Fact]
    public async Task Reorder_ByOrdinal_SwapsTwoPackets()
    {
        Assert.True(FaultSchedule.TryParse("reorder=#10,dup=#20", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(40));

        int[] steps = client.VideoSteps();
        Assert.Equal([2, -1, 2], steps[9..12]);
        Assert.Equal(0, steps[20]);
        Assert.Equal(4, steps.Count(step => step != 1));
    }

    [Fact]
    public async Task CorruptAndTruncate_ByOrdinal_DamageOnePacketEach()
    {
        Assert.True(FaultSchedule.TryParse("corrupt=#5,truncate=#6", out FaultSchedule faults, out _));
        await using CameraFixture faulty = await CameraFixture.StartAsync(options => options with { Faults = faults });
        await using CameraFixture sound = await CameraFixture.StartAsync();
        List<byte[]>[] payloads = [[], []];
        foreach ((CameraFixture camera, List<byte[]> got) in new[] { (faulty, payloads[0]), (sound, payloads[1]) })
        {
            using CameraClient client = await camera.ConnectAsync();
            string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
            await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
            Assert.True(await client.FramesAsync(20));
            got.AddRange(client.Frames.Where(frame => frame.Channel == 0).Take(18).Select(frame => frame.Payload));
        }

        for (int i = 0; i < 18; i++)
        {
            Assert.Equal(i is not (5 or 6), payloads[0][i].AsSpan().SequenceEqual(payloads[1][i]));
        }

        Assert.Equal(payloads[1][5].Length, payloads[0][5].Length);
        Assert.True(payloads[0][6].Length < payloads[1][6].Length);
    }

    [Fact]
    public async Task Stall_AtItsTime_StopsTheMediaAndGoesOnLive()
    {
        Assert.True(FaultSchedule.TryParse("stall=1s@500ms", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults }, time: new FakeTimeProvider());
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        uint[] stamps = [];
        await camera.PassUntilAsync(
            () =>
            {
                stamps = [.. client.Frames.Where(frame => frame.Channel == 0).Select(frame => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4)))];
                return stamps.Length > 0 && stamps[^1] - stamps[0] >= 2 * 90_000; // an RTCP packet may come first
            },
            client);

        Assert.Contains(Enumerable.Range(1, stamps.Length - 1), i => stamps[i] - stamps[i - 1] > 80_000);
        Assert.All(client.VideoSteps(), step => Assert.Equal(1, step));
    }

    [Theory]
    [InlineData("401-storm", 401)]
    [InlineData("busy", 453)]
    public async Task SetUp_WithAFaultThatRefuses_IsRefused(string text, int status)
    {
        Assert.True(FaultSchedule.TryParse(text, out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        Assert.Equal(status, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
    }

    [Fact]
    public async Task SilentDescribe_IsNeverAnsweredButOptionsAre()
    {
        Assert.True(FaultSchedule.TryParse("silent-describe", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes($"DESCRIBE {camera.Url} RTSP/1.0\r\nCSeq: 70\r\n\r\n"));
        Assert.Equal(1, (await client.AskAsync(RtspMethod.Options, "*")).CSeq);
        Assert.Equal(1, camera.Server.Counters.Requests(RtspMethod.Describe));
    }

    [Fact]
    public async Task Bye_AtItsTime_EndsTheMediaButNotTheConnection()
    {
        Assert.True(FaultSchedule.TryParse("bye@300ms", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults }, time: new FakeTimeProvider());
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        await camera.PassUntilAsync(() => camera.Server.Counters.SessionsPlaying == 0, client);
        Assert.Equal(200, (await client.AskAsync(RtspMethod.GetParameter, camera.Url, new RtspHeader("Session", session))).StatusCode);

        RtcpCompoundReader reader = new(client.Frames[^1].Payload);
        List<RtcpPacketType> types = [];
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            types.Add(packet.Type);
        }

        Assert.Equal([RtcpPacketType.SenderReport, RtcpPacketType.SourceDescription, RtcpPacketType.Bye], types);
    }

    [Fact]
    public async Task Reboot_AtItsTime_ClosesAllAndComesBackOnTheSamePort()
    {
        Assert.True(FaultSchedule.TryParse("reboot=200ms@200ms", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults }, time: new FakeTimeProvider());
        using CameraClient client = await camera.ConnectAsync();
        Assert.Equal(200, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
        await camera.AdvanceAsync(TimeSpan.FromMilliseconds(200));
        Assert.Null(await client.NextMessageAsync());
        Assert.Equal(0, camera.Server.Counters.Sessions);

        // Who comes too early is taken by the listener that is about to close, and reset by it.
        async Task<bool> ServesAsync()
        {
            try
            {
                using CameraClient again = await camera.ConnectAsync();
                return (await again.AskAsync(RtspMethod.Describe, camera.Url)).StatusCode == 200;
            }
            catch (Exception e) when (e is SocketException or EndOfStreamException)
            {
                return false;
            }
        }

        await Until.TrueAsync(async () =>
        {
            await camera.AdvanceAsync(TimeSpan.FromMilliseconds(20));
            return await ServesAsync();
        });
    }
}
