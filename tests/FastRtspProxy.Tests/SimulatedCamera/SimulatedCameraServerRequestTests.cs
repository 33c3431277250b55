using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Personalities;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Requests that have little to do with media, and ways in.</summary>
public sealed class SimulatedCameraServerRequestTests
{
    [Fact]
    public async Task Receive_Rubbish_Answers400AndClosesAndOthersPlayOn()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient good = await camera.ConnectAsync();
        using CameraClient bad = await camera.ConnectAsync();
        await bad.SendAsync("this is not RTSP\r\n\r\n"u8.ToArray());
        Assert.Equal(400, (await bad.NextMessageAsync())!.StatusCode);
        Assert.Null(await bad.NextMessageAsync());
        Assert.Equal(200, (await good.AskAsync(RtspMethod.Describe, camera.Url)).StatusCode);
    }

    [Fact]
    public async Task HttpTunnel_RequestsInBase64_AreAnsweredRawOnTheGetConnection()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient get = await camera.ConnectAsync();
        await get.SendAsync(Encoding.ASCII.GetBytes("GET /demo HTTP/1.0\r\nx-sessioncookie: c00kie\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n"));
        RtspMessage opened = (await get.NextMessageAsync())!;
        Assert.Equal("application/x-rtsp-tunnelled", opened.Header("Content-Type"));
        using CameraClient post = await camera.ConnectAsync();
        await post.SendAsync(Encoding.ASCII.GetBytes("POST /demo HTTP/1.0\r\nx-sessioncookie: c00kie\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n"));

        string text = Convert.ToBase64String(Encoding.ASCII.GetBytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"))
            + Convert.ToBase64String(Encoding.ASCII.GetBytes($"DESCRIBE {camera.Url} RTSP/1.0\r\nCSeq: 2\r\n\r\n"));
        foreach (char letter in text)
        {
            await post.SendAsync(new[] { (byte)letter });
        }

        Assert.Equal(1, (await get.NextMessageAsync())!.CSeq);
        Assert.NotEqual(0, (await get.NextMessageAsync())!.Body.Length);
    }

    [Fact]
    public async Task HttpTunnel_ConnectionsOnDifferentShards_StillMeet()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(shardCount: 2);
        using CameraClient get = await camera.ConnectAsync();
        await get.SendAsync(Encoding.ASCII.GetBytes("GET /demo HTTP/1.0\r\nx-sessioncookie: c1\r\n\r\n"));
        Assert.NotNull(await get.NextMessageAsync());
        using CameraClient post = await camera.ConnectAsync();
        await post.SendAsync(Encoding.ASCII.GetBytes("POST /demo HTTP/1.0\r\nx-sessioncookie: c1\r\nContent-Length: 32767\r\n\r\n" + Convert.ToBase64String("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"u8)));

        Assert.Equal(9, (await get.NextMessageAsync())!.CSeq);
    }

    [Fact]
    public async Task Request_OfAnotherVersion_Answers505()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        await client.SendAsync("OPTIONS * RTSP/9.9\r\nCSeq: 3\r\n\r\n"u8.ToArray());

        RtspMessage answer = (await client.NextMessageAsync())!;
        Assert.Equal((505, 3), (answer.StatusCode, answer.CSeq));
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Options, "*")).StatusCode);
    }

    [Fact]
    public async Task Require_OfSomethingUnknown_Answers551AndNamesIt()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();

        RtspMessage answer = await client.AskAsync(RtspMethod.Describe, camera.Url, new RtspHeader("Require", "org.example.nonsense"));

        Assert.Equal(551, answer.StatusCode);
        Assert.Equal("org.example.nonsense", answer.Header("Unsupported"));
    }

    [Fact]
    public async Task Timestamp_OfARequest_ComesBack()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();

        Assert.Equal("17.5", (await client.AskAsync(RtspMethod.Options, "*", new RtspHeader("Timestamp", "17.5"))).Header("Timestamp"));
        Assert.Null((await client.AskAsync(RtspMethod.Options, "*")).Header("Timestamp"));
    }

    [Fact]
    public async Task Tls_Port_ServesTheSameStreams()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { TlsPort = 0 });
        using TcpClient tcp = new("127.0.0.1", camera.Server.TlsPort);
        await using SslStream tls = new(tcp.GetStream(), false, (_, certificate, _, _) => certificate!.Subject == "CN=rtspsim camera");
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"DESCRIBE {camera.Server.TlsUrls[0]} RTSP/1.0\r\nCSeq: 1\r\n\r\n"));
        byte[] answer = new byte[64];
        await tls.ReadExactlyAsync(answer);

        Assert.StartsWith("RTSP/1.0 200 OK", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
        Assert.StartsWith("rtsps://", camera.Server.TlsUrls[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hikvision", "Streaming/Channels/101", "trackID=1")]
    [InlineData("dahua", "cam/realmonitor?channel=1&subtype=0", "trackID=0")]
    [InlineData("reolink", "h264Preview_01_main", "track1")]
    public async Task Personality_EachMake_DescribesAndSetsUp(string name, string path, string control)
    {
        Assert.True(SimulatedCameraPersonality.TryLoad(name, out SimulatedCameraPersonality personality, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(
            options => options with { Personality = personality, Streams = [SimulatedCameraStreamOptions.Demo(string.Format(null, personality.Path, 1))] });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage describe = await client.AskAsync(RtspMethod.Describe, camera.Url);

        Assert.EndsWith("/" + path, camera.Url, StringComparison.Ordinal);
        Assert.True(SdpDocument.TryParse(describe.Body, out SdpDocument? sdp, out _));
        Assert.Equal(2, sdp.Media.Count);
        Assert.EndsWith(control, sdp.Media[0].Control, StringComparison.Ordinal);
        string url = ControlUrl.Resolve(describe.Header("Content-Base") ?? camera.Url, sdp.Media[0].Control);
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, url, new RtspHeader("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"));
        Assert.Equal(200, setup.StatusCode);
        Assert.Equal(personality.SessionDigits, setup.Session!.Length);
        int query = camera.Url.IndexOf('?', StringComparison.Ordinal);
        string gstreamer = query < 0 ? camera.Url + "/" + control : camera.Url[..query] + "/" + control + camera.Url[query..];
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Setup, gstreamer, new RtspHeader("Transport", "RTP/AVP/TCP;unicast"), new RtspHeader("Session", setup.Session))).StatusCode);
    }

    [Fact]
    public async Task Start_OnSeveralShards_ServesEveryConnection()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(shardCount: 2);
        for (int i = 0; i < 4; i++)
        {
            using CameraClient client = await camera.ConnectAsync();
            string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
            await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
            Assert.True(await client.FramesAsync(3));
        }

        Assert.Equal(4, camera.Server.Counters.SessionsOpened);
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhich()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        SimulatedCameraStartException refused = await Assert.ThrowsAsync<SimulatedCameraStartException>(() => CameraFixture.StartAsync(options => options with { Port = camera.Server.Port }));
        Assert.Contains(camera.Server.Port.ToString(), refused.Message, StringComparison.Ordinal);
    }
}
