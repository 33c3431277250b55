using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;
using static FastRtspProxy.Tests.Engine.Frontend.RawConnection;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>rtsps: the dialogue, the media and the tunnel inside TLS, and what comes to its port that is none.</summary>
public sealed class FrontendTlsTests
{
    [Theory]
    [Rule("S41")]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Play_OverTls_UrlsSayRtspsAndEveryPacketArrives(SslProtocols protocol)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient client = await RtspTestClient.ConnectSecureAsync(host.Port, protocol);

        RtspTestResponse described = await client.RequestAsync("DESCRIBE", host.Url);
        string session = await SetUpTcpAsync(host, client);
        RtspTestResponse playing = await client.RequestAsync("PLAY", host.Url, "Session: " + session);
        await host.Mount.EmitAsync(0, 300, 1400);
        List<byte[]> packets = [];
        while (packets.Count < 300)
        {
            packets.Add((await client.ReadFrameAsync()).Payload);
        }

        Assert.Equal(protocol, client.Tls!.SslProtocol);
        Assert.Equal($"rtsps://127.0.0.1:{host.Port}/cam/", described.Header("Content-Base"));
        Assert.All(RtspInfoHeaderUrls(playing), url => Assert.StartsWith($"rtsps://127.0.0.1:{host.Port}/cam/", url, StringComparison.Ordinal));
        Assert.All(packets, static packet => Assert.Equal(1412, packet.Length));
        Assert.Equal(300, packets.Select(static packet => (packet[2] << 8) | packet[3]).Distinct().Count());
        Assert.Equal(1, host.Frontend.Counters.Handshakes);
    }

    [Fact]
    [Rule("S41")]
    public async Task Describe_ByARtspUrlInsideTls_IsAnsweredForRtsps()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse described = await client.RequestAsync("DESCRIBE", $"rtsp://door.example:{host.Port}/cam");

        Assert.Equal((200, $"rtsps://door.example:{host.Port}/cam/"), (described.Status, described.Header("Content-Base")));
    }

    [Fact]
    [Rule("S41")]
    public async Task Setup_OverUdpBesideTls_Answers461AndTheSecondChoiceIsTaken()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse alone = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001");
        RtspTestResponse both = await client.RequestAsync(
            "SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001, RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal(461, alone.Status);
        Assert.Equal(200, both.Status);
        Assert.StartsWith("RTP/AVP/TCP", both.Header("Transport"), StringComparison.Ordinal);
    }

    /// <summary>Requests that come in a record each, many in one record, and a byte a record; with bodies that fill records.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Requests_HoweverTheyAreCutIntoRecords_AreAllAnsweredInOrder(int recordBytes)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient client = await host.ConnectAsync();
        const int Requests = 12;
        string text = string.Concat(Enumerable.Range(1, Requests).Select(i => $"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: {i}\r\nX-Fill: {new string('x', 3000)}\r\n\r\n"));
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(recordBytes < 100 ? text.Replace(new string('x', 3000), "x", StringComparison.Ordinal) : text);

        for (int i = 0; i < bytes.Length; i += recordBytes)
        {
            await client.SendAsync(bytes.AsMemory(i, Math.Min(recordBytes, bytes.Length - i)));
        }

        for (int i = 1; i <= Requests; i++)
        {
            Assert.Equal(i.ToString(System.Globalization.CultureInfo.InvariantCulture), (await client.ReadResponseAsync()).CSeq);
        }
    }

    /// <summary>Everything that a client sends first, cut at each byte: closed when the client goes, and nobody else notices.</summary>
    [Fact]
    public async Task Handshake_HelloThatIsCutAnywhere_EndsAndTheOthersPlayOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient viewer = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, viewer);
        Assert.Equal(200, (await viewer.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        byte[] hello = await ClientHelloAsync();

        for (int bytes = 1; bytes < hello.Length; bytes += bytes < 16 ? 1 : 7)
        {
            using Socket socket = await ConnectAsync(host.Port);
            await socket.SendAsync(hello.AsMemory(0, bytes));
            socket.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(socket);
        }

        await host.Mount.EmitAsync(0, 3);
        Assert.Equal(3, new[] { await viewer.ReadFrameAsync(), await viewer.ReadFrameAsync(), await viewer.ReadFrameAsync() }.Length);
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 1);
    }

    [Fact]
    public async Task Handshake_BytesThatAreNoHello_IsClosedWithALine()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true, log: log);
        using Socket socket = await ConnectAsync(host.Port);

        await socket.SendAsync(new byte[] { 22, 3, 1, 0, 200, 1, 0, 0, 9, 9, 9, 9, 9 }.Concat(new byte[192]).ToArray());

        await ReadToEndAsync(socket);
        await Until.TrueAsync(() => log.Texts.Any(static line => line.Contains("127.0.0.1 was closed: its TLS handshake failed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Handshake_RtspInTheClear_IsClosedAtOnceAndSaidOnce()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true, log: log);
        for (int i = 0; i < 3; i++)
        {
            using Socket socket = await ConnectAsync(host.Port);
            await socket.SendAsync("OPTIONS rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray());
            await ReadToEndAsync(socket);
        }

        await Until.TrueAsync(() => host.Frontend.Counters.HandshakesFailed == 3);
        string line = Assert.Single(log.Texts, static line => line.Contains("it speaks in the clear to the port of rtsps", StringComparison.Ordinal));
        Assert.Contains("127.0.0.1", line, StringComparison.Ordinal);
        Assert.Equal(0, host.Frontend.Limits.ConnectionPlaces.Count);
    }

    [Fact]
    public async Task Connection_TlsToThePortInTheClear_IsClosedAtOnceAndSaidOnce()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);
        for (int i = 0; i < 3; i++)
        {
            _ = await Assert.ThrowsAnyAsync<Exception>(() => RtspTestClient.ConnectSecureAsync(host.Port));
        }

        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.TlsInTheClear) == 3);
        _ = Assert.Single(log.Texts, static line => line.Contains("it speaks TLS to a port without it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshake_ThatIsNeverFinished_EndsAfterFiveSecondsAndThePlaceIsFree()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using Socket silent = await ConnectAsync(host.Port);
        using Socket half = await ConnectAsync(host.Port);
        await half.SendAsync((await ClientHelloAsync()).AsMemory(0, 40));
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 2);

        await Until.TrueAsync(async () =>
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
            return host.Frontend.Limits.ConnectionPlaces.Count == 0;
        });

        await ReadToEndAsync(silent);
        await ReadToEndAsync(half);
        Assert.Equal(2, host.Frontend.Door.Log.CountOf(DoorRefusal.LateHandshake));
    }

    [Fact]
    public async Task Stop_WhileHandshakesAreUnderWay_ClosesThem()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using Socket silent = await ConnectAsync(host.Port);
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 1);

        await host.StopFrontendAsync();

        await ReadToEndAsync(silent);
    }

    /// <summary>Who reads nothing holds up nobody, is owed no more than in the clear, and gets whole packets when it reads again.</summary>
    [Fact]
    public async Task Play_AViewerThatReadsNothing_IsBoundedAndGetsWholePacketsAfterwards()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient stopped = await host.ConnectAsync();
        using RtspTestClient reader = await host.ConnectAsync();
        foreach (RtspTestClient client in new[] { stopped, reader })
        {
            string session = await SetUpTcpAsync(host, client);
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        }

        const int Batches = 400;
        const int LiveBytes = 212;
        for (int i = 0; i < Batches; i++)
        {
            await host.Mount.EmitAsync(0, 30, 1400);
            for (int packet = 0; packet < 30; packet++)
            {
                Assert.Equal(1412, (await reader.ReadFrameAsync()).Payload.Length);
            }
        }

        Assert.InRange(host.Frontend.Input.HeldBytesNow, 0, 512 * 1024);
        int last = -1;
        for (int length = 0; length != LiveBytes;)
        {
            await host.Mount.EmitAsync(0, 1, LiveBytes - 12);
            byte[] packet = (await stopped.ReadFrameAsync()).Payload;
            length = packet.Length;
            int number = (packet[2] << 8) | packet[3];
            Assert.True(length is LiveBytes or 1412);
            Assert.True(last < 0 || (short)(number - last) > 0, "packets come in their order");
            last = number;
        }
    }

    /// <summary>Nobody could go on with the connection's TLS: the back-end connects by itself, and the connection stays what it is.</summary>
    [Fact]
    public async Task Register_ReuseConnectionOverTls_StaysAConnectionOfAClient()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { AcceptRegister = true }, registry: registry, isSecure: true);
        using RtspTestClient camera = await host.ConnectAsync();

        RtspTestResponse registered = await camera.RequestAsync("REGISTER", "rtsp://192.0.2.9/stream", "Transport: reuse_connection");
        RtspTestResponse after = await camera.RequestAsync("OPTIONS", host.Url);

        Assert.Equal((200, 200), (registered.Status, after.Status));
        Assert.Null(Assert.Single(registry.Registered).Connection);
    }

    [Fact]
    public async Task Tunnel_InsideTls_AnswersAndIsNotSteeredFromOutside()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient get = await host.ConnectAsync();
        await get.SendAsync("GET /cam HTTP/1.0\r\nx-sessioncookie: abc\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n");
        Assert.Equal("HTTP/1.0 200 OK", (await get.ReadResponseAsync()).StatusLine);
        const string Post = "POST /cam HTTP/1.0\r\nx-sessioncookie: abc\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n";
        using RtspTestClient outside = await RtspTestClient.ConnectAsync(host.Frontend.Listeners.RtspPort);
        using RtspTestClient post = await host.ConnectAsync();

        await outside.SendAsync(Post);
        RtspTestResponse refused = await outside.ReadResponseAsync();
        await post.SendAsync(Post + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: 5\r\n\r\n")));
        RtspTestResponse answered = await get.ReadResponseAsync();

        Assert.Equal("HTTP/1.0 405 Method Not Allowed", refused.StatusLine);
        Assert.Equal("5", answered.CSeq);
    }

    private static IEnumerable<string> RtspInfoHeaderUrls(RtspTestResponse playing) =>
        RtpInfoHeader.Parse(playing.Header("RTP-Info")!).Select(static entry => entry.Url);
}
