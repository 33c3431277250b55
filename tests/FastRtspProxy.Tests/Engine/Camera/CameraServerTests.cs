using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine.Camera;
using FastRtspProxy.Engine.Camera.Faults;
using FastRtspProxy.Engine.Camera.Media;
using FastRtspProxy.Engine.Camera.Personalities;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Engine.Camera;

public class CameraServerTests
{
    [Fact]
    public async Task Describe_Demo_OffersBothTracks()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage options = await client.AskAsync(RtspMethod.Options, "*");
        RtspMessage describe = await client.AskAsync(RtspMethod.Describe, camera.Url);

        Assert.Contains("PAUSE", options.Header("Public"), StringComparison.Ordinal);
        Assert.Equal(200, describe.StatusCode);
        Assert.Equal("application/sdp", describe.Header("Content-Type"));
        Assert.Equal(camera.Url + "/", describe.Header("Content-Base"));
        Assert.True(SdpDocument.TryParse(describe.Body, out SdpDocument? sdp, out _));
        Assert.Equal(["H264", "MPEG4-GENERIC"], sdp.Media.Select(media => media.EncodingName));
        Assert.Equal([90_000, 48_000], sdp.Media.Select(media => media.ClockRate));
    }

    [Fact]
    public async Task Play_Interleaved_FirstPacketsAreThoseOfRtpInfo()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        Assert.Equal(200, (await client.SetUpTcpAsync(camera.Url, 1, session)).StatusCode);
        Assert.Empty(client.Frames);
        RtspMessage play = await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        List<RtpInfoEntry> info = RtpInfoHeader.Parse(play.Header("RTP-Info")!);

        Assert.True(await client.FramesAsync(100));
        for (int track = 0; track < 2; track++)
        {
            byte[][] packets = [.. client.Frames.Where(frame => frame.Channel == 2 * track).Select(frame => frame.Payload)];
            Assert.True(RtpPacketView.TryParse(packets[0], out RtpPacketView first, out _));
            Assert.Equal(info[track].Seq, first.SequenceNumber);
            Assert.Equal(info[track].RtpTime, first.Timestamp);
            for (int i = 0; i < packets.Length; i++)
            {
                Assert.True(RtpPacketView.TryParse(packets[i], out RtpPacketView packet, out _));
                Assert.Equal((ushort)(first.SequenceNumber + i), packet.SequenceNumber);
            }

            RtcpCompoundReader report = new(client.Frames.First(frame => frame.Channel == 2 * track + 1).Payload);
            Assert.True(report.MoveNext(out RtcpPacketView sender));
            Assert.Equal(RtcpPacketType.SenderReport, sender.Type);
            Assert.Equal(first.Ssrc, sender.Ssrc);
            Assert.True(report.MoveNext(out RtcpPacketView description));
            Assert.EndsWith("@rtspsim", description.Cname, StringComparison.Ordinal);
        }

        Assert.Equal(1, camera.Server.Counters.SessionsPlaying);
    }

    [Fact]
    public async Task Play_Udp_MediaComesFromTheServerPorts()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        using UdpClient rtp = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient rtcp = new(new IPEndPoint(IPAddress.Loopback, 0));
        int rtpPort = ((IPEndPoint)rtp.Client.LocalEndPoint!).Port;
        int rtcpPort = ((IPEndPoint)rtcp.Client.LocalEndPoint!).Port;
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", $"RTP/AVP;unicast;client_port={rtpPort}-{rtcpPort}"));
        TransportSpec transport = Assert.Single(TransportHeader.Parse(setup.Header("Transport")!));
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setup.Session!));

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        UdpReceiveResult media = await rtp.ReceiveAsync(limit.Token);
        UdpReceiveResult report = await rtcp.ReceiveAsync(limit.Token);
        Assert.True(RtpPacketView.TryParse(media.Buffer, out RtpPacketView packet, out _));
        Assert.Equal(transport.Ssrc, packet.Ssrc);
        Assert.Equal(transport.ServerPort!.Value.Rtp, media.RemoteEndPoint.Port);
        Assert.Equal(transport.ServerPort.Value.Rtcp, report.RemoteEndPoint.Port);
        Assert.Equal(0, transport.ServerPort.Value.Rtp & 1);

        RtspMessage teardown = await client.AskAsync(RtspMethod.Teardown, camera.Url, new RtspHeader("Session", setup.Session!));
        Assert.Equal(200, teardown.StatusCode);
        Assert.Equal(0, camera.Server.Counters.Sessions);
        Assert.Equal(454, (await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setup.Session!))).StatusCode);
    }

    [Fact]
    public async Task Play_UdpInBursts_BringsTheSamePacketsAsTcp()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with
        {
            Streams = [new CameraStreamOptions("fat", [new OpaqueTrack(new SyntheticVideo { BitsPerSecond = 8_000_000, FramesPerSecond = 25, GopFrames = 25 })])],
        });
        using CameraClient client = await camera.ConnectAsync();
        using UdpClient rtp = new(new IPEndPoint(IPAddress.Loopback, 0));
        rtp.Client.ReceiveBufferSize = 4 << 20;
        int port = ((IPEndPoint)rtp.Client.LocalEndPoint!).Port;
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", $"RTP/AVP;unicast;client_port={port}-{port}"));
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setup.Session!));
        OpaqueTrack twin = new(new SyntheticVideo { BitsPerSecond = 8_000_000, FramesPerSecond = 25, GopFrames = 25 });
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        for (int unit = 0; unit < 3; unit++)
        {
            RtpBatch expected = new();
            twin.Append(expected, unit, default);
            for (int i = 0; i < expected.Count; i++)
            {
                byte[] packet;
                do
                {
                    packet = (await rtp.ReceiveAsync(limit.Token)).Buffer;
                }
                while (packet[1] == 200);

                Assert.True(expected.Packet(i)[12..].SequenceEqual(packet.AsSpan(12)));
            }
        }
    }

    [Fact]
    public async Task SetUp_TransportNotOffered_Answers461()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { OffersUdp = false });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage refused = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", "RTP/AVP;unicast;client_port=5000-5001"));

        Assert.Equal(461, refused.StatusCode);
        Assert.Equal(200, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
    }

    [Fact]
    public async Task Pause_WhilePlaying_StopsMediaAndPlayGoesOn()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(20));
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Pause, camera.Url, new RtspHeader("Session", session))).StatusCode);
        int paused = client.Frames.Count;
        Assert.Equal(200, (await client.AskAsync(RtspMethod.GetParameter, camera.Url, new RtspHeader("Session", session))).StatusCode);
        Assert.Equal(paused, client.Frames.Count);
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(paused + 20));

        ushort[] numbers = [.. client.Frames.Where(frame => frame.Channel == 0).Select(frame => (ushort)(frame.Payload[2] << 8 | frame.Payload[3]))];
        Assert.All(Enumerable.Range(1, numbers.Length - 1), i => Assert.Equal((ushort)(numbers[i - 1] + 1), numbers[i]));
    }

    [Fact]
    public async Task Close_OfTheConnection_EndsItsInterleavedSession()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using (CameraClient client = await camera.ConnectAsync())
        {
            await client.SetUpTcpAsync(camera.Url, 0);
            Assert.Equal(1, camera.Server.Counters.Sessions);
        }

        Assert.True(await CameraFixture.EventuallyAsync(() => camera.Server.Counters is { Sessions: 0, Connections: 0 }));
    }

    [Fact]
    public async Task Join_SecondSession_BeginsAtAKeyPicture()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient first = await camera.ConnectAsync();
        string one = (await first.SetUpTcpAsync(camera.Url, 0)).Session!;
        await first.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", one));
        Assert.True(await first.FramesAsync(30));
        using CameraClient second = await camera.ConnectAsync();
        string two = (await second.SetUpTcpAsync(camera.Url, 0)).Session!;
        await second.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", two));
        Assert.True(await second.FramesAsync(5));

        byte[] packet = second.Frames.First(frame => frame.Channel == 0).Payload;
        Assert.Equal(24, packet[12] & 0x1F);
        Assert.Equal(7, packet[15] & 0x1F);
        Assert.NotEqual(first.Frames.First(frame => frame.Channel == 0).Payload[8..12], packet[8..12]);
    }

    [Theory]
    [InlineData(CameraAuthScheme.Basic, "Basic ")]
    [InlineData(CameraAuthScheme.DigestLegacy, "Digest ")]
    [InlineData(CameraAuthScheme.DigestMd5, "Digest ")]
    [InlineData(CameraAuthScheme.DigestMd5Sess, "Digest ")]
    [InlineData(CameraAuthScheme.DigestSha256, "Digest ")]
    [InlineData(CameraAuthScheme.DigestSha512T256, "Digest ")]
    internal async Task Describe_WithCredentials_IsAcceptedInEveryScheme(CameraAuthScheme scheme, string begins)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { User = "admin", Password = "p:w", AuthSchemes = [scheme] });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage refused = await client.AskAsync(RtspMethod.Describe, camera.Url);
        AuthClient auth = new("admin", "p:w");
        Assert.Equal(401, refused.StatusCode);
        Assert.True(auth.Accept(refused.HeaderValues("WWW-Authenticate")));
        string authorization = auth.Authorization(RtspMethod.Describe, camera.Url)!;
        Assert.StartsWith(begins, authorization, StringComparison.Ordinal);
        Assert.Equal(200, (await client.AskAsync(RtspMethod.Describe, camera.Url, new RtspHeader("Authorization", authorization))).StatusCode);

        AuthClient wrong = new("admin", "pw");
        Assert.True(wrong.Accept(refused.HeaderValues("WWW-Authenticate")));
        Assert.Equal(401, (await client.AskAsync(RtspMethod.Describe, camera.Url, new RtspHeader("Authorization", wrong.Authorization(RtspMethod.Describe, camera.Url)!))).StatusCode);
    }

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

        int[] steps = Steps(client);
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

        int[] steps = Steps(client);
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
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        uint[] stamps;
        do
        {
            Assert.True(await client.FramesAsync(client.Frames.Count + 1));
            stamps = [.. client.Frames.Where(frame => frame.Channel == 0).Select(frame => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4)))];
        }
        while (stamps.Length == 0 || stamps[^1] - stamps[0] < 2 * 90_000); // an RTCP packet may come first

        Assert.Contains(Enumerable.Range(1, stamps.Length - 1), i => stamps[i] - stamps[i - 1] > 80_000);
        Assert.All(Steps(client), step => Assert.Equal(1, step));
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
    public async Task UdpSession_WithoutASignOfLife_EndsAfterItsTimeout()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Personality = new CameraPersonality { SessionTimeoutSeconds = 1 } });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", "RTP/AVP;unicast;client_port=5000-5001"));
        Assert.EndsWith(";timeout=1", setup.Header("Session"), StringComparison.Ordinal);
        Assert.True(await CameraFixture.EventuallyAsync(() => camera.Server.Counters.Sessions == 0));
        Assert.Equal(454, (await client.AskAsync(RtspMethod.GetParameter, camera.Url, new RtspHeader("Session", setup.Session!))).StatusCode);
    }

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
    public async Task Bye_AtItsTime_EndsTheMediaButNotTheConnection()
    {
        Assert.True(FaultSchedule.TryParse("bye@300ms", out FaultSchedule faults, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await CameraFixture.EventuallyAsync(() => camera.Server.Counters.SessionsPlaying == 0));
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
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Faults = faults });
        using CameraClient client = await camera.ConnectAsync();
        Assert.Equal(200, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
        Assert.Null(await client.NextMessageAsync());
        Assert.Equal(0, camera.Server.Counters.Sessions);

        bool Reachable()
        {
            try
            {
                using TcpClient again = new("127.0.0.1", camera.Server.Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        Assert.True(await CameraFixture.EventuallyAsync(Reachable));
        using CameraClient second = await camera.ConnectAsync();
        Assert.Equal(200, (await second.AskAsync(RtspMethod.Describe, camera.Url)).StatusCode);
    }

    [Fact]
    public async Task Dispose_WhilePlaying_SaysBye()
    {
        CameraFixture camera = await CameraFixture.StartAsync();
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(5));
        await camera.DisposeAsync();

        Assert.Null(await client.NextMessageAsync());
        Assert.Equal(1, client.Frames[^1].Channel);
        Assert.Contains((byte)RtcpPacketType.Bye, client.Frames[^1].Payload);
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

    [Fact]
    public async Task Play_Paced_SendsEveryPacketInOrder()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Paced = true });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(100));

        Assert.All(Steps(client), step => Assert.Equal(1, step));
    }

    [Fact]
    public async Task Multicast_Play_SendsToTheGroupWhileThereAreMembers()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { MulticastGroup = IPAddress.Parse("239.255.42.1"), MulticastPort = 15_004 });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage describe = await client.AskAsync(RtspMethod.Describe, camera.Url);
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", "RTP/AVP;multicast"));
        TransportSpec transport = Assert.Single(TransportHeader.Parse(setup.Header("Transport")!));
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setup.Session!));

        Assert.Contains("c=IN IP4 239.255.42.1/1", Encoding.UTF8.GetString(describe.Body), StringComparison.Ordinal);
        Assert.True(transport.Multicast);
        Assert.Equal("239.255.42.1", transport.Destination);
        Assert.Equal(new PortPair(15_004, 15_005), transport.Port);
        Assert.True(await CameraFixture.EventuallyAsync(() => camera.Server.Counters.SessionsPlaying == 1));
        await client.AskAsync(RtspMethod.Teardown, camera.Url, new RtspHeader("Session", setup.Session!));
        Assert.Equal(0, camera.Server.Counters.SessionsPlaying);
    }

    [Theory]
    [InlineData("hikvision", "Streaming/Channels/101", "trackID=1")]
    [InlineData("dahua", "cam/realmonitor?channel=1&subtype=0", "trackID=0")]
    [InlineData("reolink", "h264Preview_01_main", "track1")]
    public async Task Personality_EachMake_DescribesAndSetsUp(string name, string path, string control)
    {
        Assert.True(CameraPersonality.TryLoad(name, out CameraPersonality personality, out _));
        await using CameraFixture camera = await CameraFixture.StartAsync(
            options => options with { Personality = personality, Streams = [CameraStreamOptions.Demo(string.Format(null, personality.Path, 1))] });
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
        CameraStartException refused = await Assert.ThrowsAsync<CameraStartException>(() => CameraFixture.StartAsync(options => options with { Port = camera.Server.Port }));
        Assert.Contains(camera.Server.Port.ToString(), refused.Message, StringComparison.Ordinal);
    }

    private static int[] Steps(CameraClient client)
    {
        ushort[] numbers = [.. client.Frames.Where(frame => frame.Channel == 0).Select(frame => (ushort)(frame.Payload[2] << 8 | frame.Payload[3]))];
        return [.. Enumerable.Range(1, numbers.Length - 1).Select(i => (int)(short)(numbers[i] - numbers[i - 1]))];
    }
}
