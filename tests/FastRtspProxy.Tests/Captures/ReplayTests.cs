using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Engine;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.Simulator.Replay;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Captures;

/// <summary>The camera of a capture: its answers in its manner, its packets in its order.</summary>
public sealed class ReplayTests
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://192.0.2.1:554/cam/trackID=1\r\n";

    [Fact]
    public async Task Replay_AtItsEnd_BeginsAgainWithNumbersThatGoOn()
    {
        await using ReplayFixture replay = await ReplayFixture.StartAsync(Recorded(), speed: 20);
        using RtspTestClient client = await PlayAsync(replay);

        InterleavedPacket last = await client.ReadFrameAsync();
        Assert.Equal((100, 9000u), (last.SequenceNumber, last.Timestamp));
        for (int i = 1; i < 25; i++)
        {
            InterleavedPacket next = await client.ReadFrameAsync();
            Assert.Equal((ushort)(last.SequenceNumber + 1), next.SequenceNumber);
            Assert.Equal(3600u, next.Timestamp - last.Timestamp); // 40 ms, over the end of the recording too
            last = next;
        }
    }

    [Fact]
    public async Task Replay_Once_EndsAsTheCameraDid()
    {
        await using ReplayFixture replay = await ReplayFixture.StartAsync(Recorded(closes: true), speed: 20, loops: false);
        using RtspTestClient client = await PlayAsync(replay);
        for (int i = 0; i < 10; i++)
        {
            await client.ReadFrameAsync();
        }

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Replay_OfARequestThatWasNotRecorded_GivesTheNearestAnswerAndSaysSo()
    {
        await using ReplayFixture replay = await ReplayFixture.StartAsync(Recorded());
        using RtspTestClient client = await RtspTestClient.ConnectAsync(replay.Server.Port);

        Assert.Equal("OPTIONS, DESCRIBE", (await client.RequestAsync("GET_PARAMETER", replay.Server.Url)).Header("Public"));
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", replay.Server.Url + "/other")).Status);
        Assert.Equal(501, (await client.RequestAsync("RECORD", replay.Server.Url)).Status);
        Assert.Equal(
            [
                "GET_PARAMETER /cam was not recorded, and is answered as OPTIONS /cam",
                "DESCRIBE /cam/other was not recorded, and is answered as DESCRIBE /cam",
                "RECORD was not recorded, and is answered 501",
            ],
            replay.Said);
    }

    /// <summary>Line ends, blanks and odd headers are the camera's; the number and the places are those of now.</summary>
    [Fact]
    public async Task Replay_OfAnAnswer_KeepsItsManner()
    {
        await using ReplayFixture replay = await ReplayFixture.StartAsync(Recorded());
        using RtspTestClient client = await RtspTestClient.ConnectAsync(replay.Server.Port);

        RtspTestResponse described = await client.RequestAsync("DESCRIBE", replay.Server.Url);

        Assert.Equal($"{described.BodyText.Length}", described.Header("Content-Length"));
        Assert.Contains($"a=control:{replay.Server.Url}/trackID=1", described.BodyText, StringComparison.Ordinal);
        Assert.Contains("IN IP4 127.0.0.1", described.BodyText, StringComparison.Ordinal);
        Assert.Equal("odd  value", described.Header("x-Odd"));
    }

    [Fact]
    public async Task Replay_OfACameraThatWantedALogIn_WantsOne()
    {
        StringBuilder text = new("frpcap 1\nurl rtsp://192.0.2.1:554/cam\nlogin user1 password1\n");
        Exchange(text, "DESCRIBE rtsp://192.0.2.1:554/cam RTSP/1.0\nCSeq: 1", "RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Digest realm=\"realm1\", nonce=\"1\"");
        Exchange(text, "DESCRIBE rtsp://192.0.2.1:554/cam RTSP/1.0\nCSeq: 2\nAuthorization: Digest x", "RTSP/1.0 200 OK\nCSeq: 2");
        await using ReplayFixture replay = await ReplayFixture.StartAsync(Loaded(text));
        using RtspTestClient client = await RtspTestClient.ConnectAsync(replay.Server.Port);

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", replay.Server.Url)).Status);
        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", replay.Server.Url)).Status);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", replay.Server.Url, "Authorization: Digest y")).Status);
    }

    /// <summary>A whole engine between the recorded camera and a client: every packet since the client began comes as it was.</summary>
    [Fact]
    public async Task Check_OfAProxy_FindsEveryPacket()
    {
        Recording recording = CaptureFiles.Load("hikvision.frpcap");
        using StringWriter said = new();
        ReplayCheck? check = null;
        using FastRtspProxy.Net.ShardGroup shards = FastRtspProxy.Net.ShardGroup.Start(1, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await using ReplayServer camera = await ReplayServer.StartAsync(
            shards.Shards[0], recording, new ReplayOptions { Loops = false, Sent = packet => check?.OnSent(packet) });
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", CaptureFiles.WithLogIn(camera.Url, recording), BackendTransport.Tcp)]);
        Assert.True(RtspUrl.TryParse($"rtsp://127.0.0.1:{host.Engine.RtspPort}/cam", out RtspUrl? url, out _));
        check = new ReplayCheck(recording, url, TimeSpan.FromSeconds(30), said);

        int status = await check.RunAsync(TimeSpan.FromSeconds(6), saysAll: false, CancellationToken.None);

        Assert.True(status == 0, said.ToString());
        Assert.Contains(" 0 changed, 0 missing, ", said.ToString(), StringComparison.Ordinal);
    }

    private static async Task<RtspTestClient> PlayAsync(ReplayFixture replay)
    {
        RtspTestClient client = await RtspTestClient.ConnectAsync(replay.Server.Port);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", replay.Server.Url)).Status);
        RtspTestResponse set = await client.RequestAsync("SETUP", replay.Server.Url + "/trackID=1", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5");
        Assert.Equal("RTP/AVP/TCP;unicast;interleaved=4-5;ssrc=5EED0001", set.Header("Transport"));
        Assert.Equal(200, (await client.RequestAsync("PLAY", replay.Server.Url, "Session: 77")).Status);
        return client;
    }

    /// <summary>Ten pictures of a packet each, 40 ms apart, over UDP.</summary>
    private static Recording Recorded(bool closes = false)
    {
        StringBuilder text = new("frpcap 1\nurl rtsp://192.0.2.1:554/cam\n");
        Exchange(text, "OPTIONS rtsp://192.0.2.1:554/cam RTSP/1.0\nCSeq: 1", "RTSP/1.0 200 OK\nCSeq: 1\nPublic: OPTIONS, DESCRIBE");
        Exchange(
            text, "DESCRIBE rtsp://192.0.2.1:554/cam RTSP/1.0\nCSeq: 2",
            $"RTSP/1.0 200 OK\nCSeq: 2\nx-Odd: odd  value\nContent-Base: rtsp://192.0.2.1:554/cam/\nContent-Length: {Sdp.Length}", Sdp);
        Exchange(
            text, "SETUP rtsp://192.0.2.1:554/cam/trackID=1 RTSP/1.0\nCSeq: 3\nTransport: RTP/AVP;unicast;client_port=5000-5001",
            "RTSP/1.0 200 OK\nCSeq: 3\nSession: 77\nTransport: RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=5EED0001");
        Exchange(text, "PLAY rtsp://192.0.2.1:554/cam RTSP/1.0\nCSeq: 4\nSession: 77", "RTSP/1.0 200 OK\nCSeq: 4\nSession: 77");
        for (int i = 0; i < 10; i++)
        {
            text.Append($"< 0.{100 + (40 * i):D3}000 u rtp 0\n=80e0{100 + i:x4}{9000 + (3600 * i):x8}5eed000165 *20\n=01\n");
        }

        text.Append(closes ? "! 0.600000 c1 close by the camera\n" : "").Append("! 1.000000 - end done\n");
        return Loaded(text);
    }

    private static void Exchange(StringBuilder text, string request, string answer, string body = "")
    {
        text.Append("> 0.000000 c1 message\n").Append(Lines(request)).Append("< 0.000100 c1 message\n").Append(Lines(answer));
        foreach (string line in body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append('|').Append(line).Append('\n');
        }
    }

    private static string Lines(string message) => string.Concat(message.Split('\n').Select(static line => $"|{line}\n")) + "|\n";

    private static Recording Loaded(StringBuilder text) => Recording.Load(new MemoryStream(Encoding.Latin1.GetBytes(text.ToString())));
}
