using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Cameras that answer late, refuse, or forget sessions that others would keep.</summary>
public sealed class CameraAnswerFaultTests
{
    [Theory]
    [InlineData("refuse-track=audio", 200, 404)]
    [InlineData("refuse-track=audio:461", 200, 461)]
    [InlineData("refuse-track=video:500", 500, 200)]
    [InlineData("refuse-track=audio:500,refuse-track=video", 404, 500)]
    public async Task RefuseTrack_SetUpOfEither_RefusesThatKindAlone(string fault, int video, int audio)
    {
        await using CameraFixture camera = await StartAsync(fault);
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage first = await client.SetUpTcpAsync(camera.Url, 0);

        Assert.Equal(video, first.StatusCode);
        Assert.Equal(audio, (await client.SetUpTcpAsync(camera.Url, 1, first.Session)).StatusCode);
    }

    [Fact]
    public async Task RefuseTrack_Silent_IsNeverAnsweredButTheNextRequestIs()
    {
        await using CameraFixture camera = await StartAsync("refuse-track=audio:silent");
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.SendAsync(Encoding.ASCII.GetBytes($"SETUP {camera.Url}/trackID=2 RTSP/1.0\r\nCSeq: 70\r\nTransport: RTP/AVP/TCP;interleaved=2-3\r\nSession: {session}\r\n\r\n"));
        RtspMessage play = await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));

        Assert.Equal((200, 2), (play.StatusCode, play.CSeq));
        Assert.Equal(2, camera.Server.Counters.Requests(RtspMethod.Setup));
        Assert.True(await client.FramesAsync(20));
    }

    [Fact]
    public async Task SlowAnswers_OfOneMethod_HoldWhatComesBehindIt()
    {
        await using CameraFixture camera = await StartAsync("slow-answers=700ms:DESCRIBE", new FakeTimeProvider());
        using CameraClient client = await camera.ConnectAsync();
        using CameraClient other = await camera.ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes($"DESCRIBE {camera.Url} RTSP/1.0\r\nCSeq: 70\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 71\r\n\r\n"));
        Task<RtspMessage?> slow = client.NextMessageAsync();
        Assert.Equal(200, (await other.AskAsync(RtspMethod.Options, "*")).StatusCode);
        Assert.Equal(0, camera.Server.Counters.Requests(RtspMethod.Describe));

        await camera.PassUntilAsync(() => slow.IsCompleted);
        Assert.Equal(70, (await slow)!.CSeq);
        Assert.Equal(71, (await client.NextMessageAsync())!.CSeq);
    }

    [Fact]
    public async Task SlowAnswers_OfAll_EachRequestWaitsItsTime()
    {
        await using CameraFixture camera = await StartAsync("slow-answers=200ms");
        using CameraClient client = await camera.ConnectAsync();
        long started = Environment.TickCount64;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await client.AskAsync(RtspMethod.Describe, camera.Url)).StatusCode);
        }

        Assert.True(Environment.TickCount64 - started >= 600, $"{Environment.TickCount64 - started} ms for three slow answers");
    }

    [Theory]
    [InlineData(RtspMethod.GetParameter, true)]
    [InlineData(RtspMethod.Options, false)]
    [InlineData(RtspMethod.SetParameter, false)]
    public async Task KeepAlive_ByThisMethod_KeepsTheSessionOrDoesNot(string method, bool kept)
    {
        await using CameraFixture camera = await StartAsync("keepalive=GET_PARAMETER:2s", new FakeTimeProvider());
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage setUp = await client.SetUpTcpAsync(camera.Url, 0);
        Assert.EndsWith(";timeout=2", setUp.Header("Session"), StringComparison.Ordinal);
        RtspHeader session = new("Session", setUp.Session!);
        await client.AskAsync(RtspMethod.Play, camera.Url, session);
        // Receiver reports must not keep it either; the frames that come meanwhile show that time passes.
        for (int i = 0; i < 50 && camera.Server.Counters.Sessions > 0; i++)
        {
            await client.SendAsync(new byte[] { (byte)'$', 1, 0, 8, 0x80, 201, 0, 1, 0, 0, 0, 1 });
            await client.AskAsync(method, camera.Url, session);
            await camera.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(kept ? 1 : 0, camera.Server.Counters.Sessions);
        Assert.True(client.Frames.Count > 20, $"{client.Frames.Count} frames");
        Assert.Equal(kept ? 200 : 454, (await client.AskAsync(RtspMethod.GetParameter, camera.Url, session)).StatusCode);
    }

    private static Task<CameraFixture> StartAsync(string faults, FakeTimeProvider? time = null)
    {
        Assert.True(FaultSchedule.TryParse(faults, out FaultSchedule schedule, out _));
        return CameraFixture.StartAsync(options => options with { Faults = schedule }, time: time);
    }
}
