using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.WebSocket;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>RTSP over WebSocket.</summary>
public sealed class FrontendWebSocketTests
{
    private const string Opening =
        "GET /any/path HTTP/1.1\r\nHost: 127.0.0.1:8554\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: other, rtsp.onvif.org\r\n";

    private static readonly WebSocketRules s_rules = new() { AllowOrigins = ["https://nvr.example"], Hosts = ["nvr.home"] };

    private static Task<FrontendHost> StartAsync(bool isSecure = false, CollectedLog? log = null, Func<ProxyOptions, ProxyOptions>? change = null) =>
        FrontendHost.StartAsync(options => (change ?? (static o => o))(options with { WebSocket = s_rules }), isSecure: isSecure, log: log);

    private static async Task<RtspTestResponse> OpenAsync(RtspTestClient client, string opening)
    {
        await client.SendAsync(opening + "\r\n");
        return await client.ReadResponseAsync();
    }

    private static string Options(FrontendHost host, int cseq) => $"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: {cseq}\r\n\r\n";

    [Fact]
    [Rule("S40")]
    public async Task Open_AsOnvifHasIt_IsAnsweredWithTheKeysProofAndTheSubProtocol()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse opened = await OpenAsync(client, Opening);

        Assert.Equal("HTTP/1.1 101 Switching Protocols", opened.StatusLine);
        Assert.Equal("websocket", opened.Header("Upgrade"));
        Assert.Equal("Upgrade", opened.Header("Connection"));
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", opened.Header("Sec-WebSocket-Accept"));
        Assert.Equal("rtsp.onvif.org", opened.Header("Sec-WebSocket-Protocol"));
        FrontendCounters counters = host.Frontend.Counters;
        await Until.TrueAsync(() => (counters.Open(ConnectionKind.WebSocket), counters.Open(ConnectionKind.Tcp)) == (1, 0));
    }

    [Theory]
    [Rule("S40")]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "HTTP/1.1 426 Upgrade Required", "version 13")]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "", "HTTP/1.1 426 Upgrade Required", "version 13")]
    [InlineData("rtsp.onvif.org", "chat", "HTTP/1.1 400 Bad Request", "rtsp.onvif.org")]
    [InlineData("Sec-WebSocket-Protocol: other, rtsp.onvif.org\r\n", "", "HTTP/1.1 400 Bad Request", "rtsp.onvif.org")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "short", "HTTP/1.1 400 Bad Request", "Sec-WebSocket-Key")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "HTTP/1.1 400 Bad Request", "Sec-WebSocket-Key")]
    [InlineData("HTTP/1.1", "HTTP/1.0", "HTTP/1.1 400 Bad Request", "HTTP/1.1")]
    [InlineData("keep-alive, Upgrade", "keep-alive", "HTTP/1.1 400 Bad Request", "Connection: Upgrade")]
    public async Task Open_WhatIsNotAsItShouldBe_IsToldAndClosed(string part, string instead, string status, string text)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse refused = await OpenAsync(client, Opening.Replace(part, instead, StringComparison.Ordinal));

        Assert.Equal(status, refused.StatusLine);
        Assert.Contains(text, Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.Equal(refused.Status == 426 ? "13" : null, refused.Header("Sec-WebSocket-Version"));
    }

    [Fact]
    public async Task Open_WhereItIsOff_Answers501AndSaysWhatTurnsItOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse refused = await OpenAsync(client, Opening);

        Assert.Equal("HTTP/1.1 501 Not Implemented", refused.StatusLine);
        Assert.Contains("rtsp.webSocket.enabled", Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Open_WhereASessionIsInTheClear_IsRefusedAndNothingThrows()
    {
        CollectedLog log = new();
        await using FrontendHost host = await StartAsync(log: log);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await SetUpTcpAsync(host, client, tracks: 1);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);

        RtspTestResponse refused = await OpenAsync(client, Opening);

        Assert.Equal(400, refused.Status);
        Assert.Contains("session", Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.Empty(log.Loud);
    }

    [Theory]
    [InlineData("", "127.0.0.1:8554", true)] // no page of a browser
    [InlineData("https://nvr.example", "127.0.0.1:8554", true)]
    [InlineData("https://NVR.example", "10.0.0.5:8554", true)]
    [InlineData("http://127.0.0.1:9554", "127.0.0.1:8554", true)] // another port of this machine
    [InlineData("http://localhost", "localhost:8554", true)]
    [InlineData("http://[2001:db8::5]:9554", "[2001:db8::5]:8554", true)]
    [InlineData("http://nvr.home:9554", "nvr.home:8554", true)]
    [InlineData("http://nvr.example", "127.0.0.1:8554", false)] // its https page is another one
    [InlineData("https://nvr.example:444", "127.0.0.1:8554", false)]
    [InlineData("https://nvr.example.evil.example", "127.0.0.1:8554", false)]
    [InlineData("http://evil.example", "127.0.0.1:8554", false)]
    [InlineData("http://evil.example:8554", "evil.example:8554", false)] // its name was turned to our address
    [InlineData("http://10.0.0.6", "10.0.0.5:8554", false)]
    [InlineData("null", "127.0.0.1:8554", false)]
    [InlineData("file://127.0.0.1", "127.0.0.1:8554", false)]
    [InlineData("http://127.0.0.1", "", false)]
    [InlineData("https://nvr.example\r\nOrigin: http://evil.example", "127.0.0.1:8554", false)]
    public async Task Open_ByAPage_IsLetInIfItIsOfThisHostOrAllowed(string origin, string hostHeader, bool isLetIn)
    {
        CollectedLog log = new();
        await using FrontendHost host = await StartAsync(log: log);
        using RtspTestClient client = await host.ConnectAsync();
        string opening = Opening.Replace("Host: 127.0.0.1:8554\r\n", hostHeader.Length > 0 ? $"Host: {hostHeader}\r\n" : "", StringComparison.Ordinal);

        RtspTestResponse answer = await OpenAsync(client, opening + (origin.Length > 0 ? $"Origin: {origin}\r\n" : ""));

        Assert.Equal(isLetIn ? 101 : 403, answer.Status);
        if (isLetIn)
        {
            Assert.Empty(log.Loud);
        }
        else
        {
            Assert.Contains("rtsp.webSocket.allowOrigins", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
            Assert.Contains(log.Loud, static line => line.Contains("may not speak RTSP over WebSocket", StringComparison.Ordinal));
        }
    }

    [Theory]
    [Rule("S40")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Play_ByTheFrameworksClient_EveryPacketArrives(bool isSecure)
    {
        await using FrontendHost host = await StartAsync(isSecure);
        RtspTestClient connection = await host.ConnectAsync();
        using RtspTestClient client = await connection.UpgradeAsync();

        // A player asks for UDP like anywhere else; there is only one way for it.
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001");
        Assert.StartsWith("RTP/AVP/TCP;unicast;", setup.Header("Transport"), StringComparison.Ordinal);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        await host.Mount.EmitAsync(0, 300, 1400);
        List<int> numbers = [];
        while (numbers.Count < 300)
        {
            byte[] packet = (await client.ReadFrameAsync()).Payload;
            numbers.Add((packet[2] << 8) | packet[3]);
        }

        Assert.Equal(300, numbers.Distinct().Count());
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + setup.Session)).Status);
    }

    [Fact]
    public async Task Play_WhereUsersAreAskedFor_LogsInByRtspInside()
    {
        await using FrontendHost host = await StartAsync(change: static o => o with { ClientCredentials = [new Credentials("anna", "geheim")] });
        RtspTestClient connection = await host.ConnectAsync();
        using RtspTestClient client = await connection.UpgradeAsync();

        RtspTestResponse stranger = await client.RequestAsync("DESCRIBE", host.Url);
        RtspTestResponse anna = await client.RequestAsync("DESCRIBE", host.Url, LogIns.Answer(stranger, "DESCRIBE", host.Url, "anna", "geheim"));

        Assert.Equal((401, 200), (stranger.Status, anna.Status));
    }

    [Fact]
    public async Task Request_InFragmentsWithPingsBetween_IsAnsweredInOneMessage()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);
        byte[] request = Encoding.ASCII.GetBytes(Options(host, 1) + Options(host, 2));

        for (int i = 0; i < request.Length; i++)
        {
            await client.SendAsync(i == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Continuation, request.AsMemory(i, 1), isFinal: i == request.Length - 1);
        }

        foreach (int cseq in (int[])[1, 2])
        {
            (WebSocketOpcode opcode, byte[] payload) = (await client.ReadAsync())!.Value;
            Assert.Equal(WebSocketOpcode.Binary, opcode);
            string text = Encoding.ASCII.GetString(payload);
            Assert.StartsWith($"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n", text, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ping_WhileARequestIsInHand_IsAnsweredAtOnce()
    {
        await using FrontendHost host = await StartAsync();
        host.AddMount("late", isReady: false);
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);
        await client.SendAsync($"DESCRIBE rtsp://127.0.0.1:{host.Port}/late RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        await Until.TrueAsync(() => host.Frontend.Counters.Requests == 2);

        await client.SendAsync(WebSocketOpcode.Ping, "are you there"u8.ToArray());

        (WebSocketOpcode opcode, byte[] payload) = (await client.ReadAsync())!.Value;
        Assert.Equal((WebSocketOpcode.Pong, "are you there"), (opcode, Encoding.ASCII.GetString(payload)));
    }

    [Fact]
    public async Task Silence_OfAPageThatPauses_IsPingedAndItsPongsKeepTheSession()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);
        string session = await SetUpAsync(host, client);
        foreach (string method in (string[])["PLAY", "PAUSE"])
        {
            await client.SendAsync($"{method} {host.Url} RTSP/1.0\r\nCSeq: 9\r\nSession: {session}\r\n\r\n");
            await ReadAnswerAsync(client);
        }

        int pings = 0;
        for (int i = 0; i < 12; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(13));
            await client.SendAsync(WebSocketOpcode.Pong, default);
            await client.SendAsync(WebSocketOpcode.Ping, default); // when that is answered, what came before it was heard
            WebSocketOpcode opcode;
            while ((opcode = (await client.ReadAsync())!.Value.Opcode) != WebSocketOpcode.Pong)
            {
                pings += opcode == WebSocketOpcode.Ping ? 1 : 0;
            }
        }

        Assert.Equal(6, pings); // in 156 s
        await client.SendAsync($"PLAY {host.Url} RTSP/1.0\r\nCSeq: 9\r\nSession: {session}\r\n\r\n");
        await ReadAnswerAsync(client);
    }

    [Theory]
    [InlineData(WebSocketOpcode.Text, true, 1003)]
    [InlineData(WebSocketOpcode.Binary, false, 1002)]
    [InlineData(WebSocketOpcode.Continuation, true, 1002)]
    [InlineData((WebSocketOpcode)5, true, 1002)]
    public async Task Frame_ThatBreaksTheProtocol_ClosesWithItsCode(WebSocketOpcode opcode, bool isMasked, int code)
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);

        await client.SendAsync(opcode, Encoding.ASCII.GetBytes(Options(host, 1)), isMasked: isMasked);

        Assert.Equal(code, await client.ReadCloseAsync());
        Assert.Equal(1, host.Frontend.Counters.RequestsMalformed);
    }

    [Fact]
    public async Task Message_TooLong_ClosesWith1009()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);

        await client.Socket.SendAsync(Convert.FromHexString("82FF000000000002000100000000"));

        Assert.Equal(1009, await client.ReadCloseAsync());
    }

    [Fact]
    public async Task Bytes_ThatAreNoRtsp_AreAnswered400AndClosed()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);

        await client.SendAsync("GET / RTSP\r\n\r\n");

        Assert.StartsWith("RTSP/1.0 400 ", Encoding.ASCII.GetString((await client.ReadAsync())!.Value.Payload), StringComparison.Ordinal);
        Assert.Equal(1007, await client.ReadCloseAsync());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nx-sessioncookie: inner\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\nx-sessioncookie: inner\r\n\r\n")]
    public async Task Http_InsideIt_IsRefusedAndNothingThrows(string request)
    {
        CollectedLog log = new();
        await using FrontendHost host = await StartAsync(log: log);
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);

        await client.SendAsync(request);

        Assert.StartsWith("HTTP/1.0 405 ", Encoding.ASCII.GetString((await client.ReadAsync())!.Value.Payload), StringComparison.Ordinal);
        Assert.Equal(1008, await client.ReadCloseAsync());
        Assert.Empty(log.Loud);
    }

    [Theory]
    [InlineData(null, 1000)]
    [InlineData(1001, 1001)]
    [InlineData(4711, 4711)]
    public async Task Close_ByTheClient_IsAnsweredAndEndsTheSession(int? code, int answer)
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);
        await SetUpAsync(host, client);
        byte[] payload = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)(code ?? 0));

        await client.SendAsync(WebSocketOpcode.Close, code is null ? default : payload.AsMemory());

        Assert.Equal(answer, await client.ReadCloseAsync());
        await Until.TrueAsync(() => host.Frontend.Counters.Open(ConnectionKind.WebSocket) == 0);
        Assert.Equal(0, host.Frontend.Counters.RequestsMalformed);
    }

    [Fact]
    public async Task Stop_OfTheProxy_SaysGoodByeAndGoingAway()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);

        await host.StopFrontendAsync();

        Assert.Equal(1001, await client.ReadCloseAsync());
    }

    [Theory]
    [InlineData("http://127.0.0.1", false, true)]
    [InlineData("https://nvr.example", false, false)]
    [InlineData("http://127.0.0.1", true, false)]
    public async Task Rules_ThatNoLongerLetItIn_CloseIt(string origin, bool isOff, bool stays)
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host, $"Origin: {origin}\r\n");

        host.Frontend.WebSocket = isOff ? null : new WebSocketRules();
        await host.AdvanceAsync(TimeSpan.FromSeconds(3));
        if (stays)
        {
            await client.SendAsync(Options(host, 1));
            Assert.Equal(WebSocketOpcode.Binary, (await client.ReadAsync())!.Value.Opcode);
        }
        else
        {
            Assert.Equal(1008, await client.ReadCloseAsync());
        }
    }

    /// <summary>Whoever reads nothing for a while gets whole messages of whole frames all the same, and all that was parked.</summary>
    [Fact]
    public async Task Play_ToAClientThatStopsReading_EveryMessageIsWhole()
    {
        await using FrontendHost host = await StartAsync();
        using WebSocketTestClient client = await WebSocketTestClient.OpenAsync(host);
        client.Socket.ReceiveBufferSize = 32 * 1024;
        string session = await SetUpAsync(host, client);
        await client.SendAsync($"PLAY {host.Url} RTSP/1.0\r\nCSeq: 9\r\nSession: {session}\r\n\r\n");
        await ReadAnswerAsync(client);
        for (int i = 0; i < 40; i++)
        {
            await host.Mount.EmitAsync(0, 100, 1400);
            await client.SendAsync(WebSocketOpcode.Ping, new byte[] { (byte)i });
        }

        await client.SendAsync(Options(host, 77));
        int frames = 0;
        int longest = 0;
        HashSet<int> numbers = [];
        while (true)
        {
            (WebSocketOpcode opcode, byte[] payload) = (await client.ReadAsync())!.Value;
            if (opcode != WebSocketOpcode.Binary)
            {
                continue;
            }

            if (payload[0] == 'R')
            {
                Assert.StartsWith("RTSP/1.0 200 OK\r\nCSeq: 77", Encoding.ASCII.GetString(payload), StringComparison.Ordinal);
                break;
            }

            longest = Math.Max(longest, payload.Length);
            for (int at = 0; at < payload.Length; at += 4 + BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(at + 2)))
            {
                Assert.Equal((byte)'$', payload[at]);
                Assert.True(at + 4 + BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(at + 2)) <= payload.Length, "a frame is cut");
                if (payload[at + 1] == 0)
                {
                    frames++;
                    numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(at + 6)));
                }
            }
        }

        Assert.True(longest > 1416, "several frames go in a message");
        Assert.InRange(longest, 1416, 64 * 1024);
        Assert.Equal(frames, numbers.Count);
        Assert.True(frames > 100, $"only {frames} frames came");
    }

    /// <summary>Sets the first track up; the session.</summary>
    private static async Task<string> SetUpAsync(FrontendHost host, WebSocketTestClient client)
    {
        await client.SendAsync($"SETUP {host.Url}/track1 RTSP/1.0\r\nCSeq: 1\r\n{Interleaved(0)}\r\n\r\n");
        string answer = await ReadAnswerAsync(client);
        return answer.Split("Session: ")[1].Split(['\r', ';'])[0];
    }

    private static async Task<string> ReadAnswerAsync(WebSocketTestClient client)
    {
        while (true)
        {
            (WebSocketOpcode opcode, byte[] payload) = (await client.ReadAsync())!.Value;
            if (opcode == WebSocketOpcode.Binary && payload[0] == 'R')
            {
                string answer = Encoding.ASCII.GetString(payload);
                Assert.StartsWith("RTSP/1.0 200 OK", answer, StringComparison.Ordinal);
                return answer;
            }
        }
    }
}
