using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Personalities;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.SimulatedCamera;

public class SimulatedCameraServerTests
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

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
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
            Streams = [new SimulatedCameraStreamOptions("fat", [new OpaqueTrack(new SyntheticVideo { BitsPerSecond = 8_000_000, FramesPerSecond = 25, GopFrames = 25 })])],
        });
        using CameraClient client = await camera.ConnectAsync();
        using UdpClient rtp = new(new IPEndPoint(IPAddress.Loopback, 0));
        rtp.Client.ReceiveBufferSize = 4 << 20;
        int port = ((IPEndPoint)rtp.Client.LocalEndPoint!).Port;
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", $"RTP/AVP;unicast;client_port={port}-{port}"));
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", setup.Session!));
        OpaqueTrack twin = new(new SyntheticVideo { BitsPerSecond = 8_000_000, FramesPerSecond = 25, GopFrames = 25 });
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
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

        await Until.TrueAsync(() => camera.Server.Counters is { Sessions: 0, Connections: 0 });
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
    [InlineData(SimulatedCameraAuthScheme.Basic, "Basic ")]
    [InlineData(SimulatedCameraAuthScheme.DigestLegacy, "Digest ")]
    [InlineData(SimulatedCameraAuthScheme.DigestMd5, "Digest ")]
    [InlineData(SimulatedCameraAuthScheme.DigestMd5Sess, "Digest ")]
    [InlineData(SimulatedCameraAuthScheme.DigestSha256, "Digest ")]
    [InlineData(SimulatedCameraAuthScheme.DigestSha512T256, "Digest ")]
    internal async Task Describe_WithCredentials_IsAcceptedInEveryScheme(SimulatedCameraAuthScheme scheme, string begins)
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
    public async Task UdpSession_WithoutASignOfLife_EndsAfterItsTimeout()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Personality = new SimulatedCameraPersonality { SessionTimeoutSeconds = 1 } });
        using CameraClient client = await camera.ConnectAsync();
        RtspMessage setup = await client.AskAsync(RtspMethod.Setup, camera.Url + "/trackID=1", new RtspHeader("Transport", "RTP/AVP;unicast;client_port=5000-5001"));
        Assert.EndsWith(";timeout=1", setup.Header("Session"), StringComparison.Ordinal);
        await Until.TrueAsync(() => camera.Server.Counters.Sessions == 0);
        Assert.Equal(454, (await client.AskAsync(RtspMethod.GetParameter, camera.Url, new RtspHeader("Session", setup.Session!))).StatusCode);
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
    public async Task Play_Paced_SendsEveryPacketInOrder()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Paced = true });
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        Assert.True(await client.FramesAsync(100));

        Assert.All(client.VideoSteps(), step => Assert.Equal(1, step));
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
        await Until.TrueAsync(() => camera.Server.Counters.SessionsPlaying == 1);
        await client.AskAsync(RtspMethod.Teardown, camera.Url, new RtspHeader("Session", setup.Session!));
        Assert.Equal(0, camera.Server.Counters.SessionsPlaying);
    }
}
