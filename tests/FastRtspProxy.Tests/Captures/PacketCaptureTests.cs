using System.Net;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.PacketFiles;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Replay;

namespace FastRtspProxy.Tests.Captures;

/// <summary>From what tcpdump wrote to a capture.</summary>
public sealed class PacketCaptureTests
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 10.1.1.2\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n";

    private static readonly IPAddress s_camera = IPAddress.Parse("10.1.1.2");
    private static readonly IPAddress s_client = IPAddress.Parse("10.1.1.9");
    private static readonly IPAddress s_camera6 = IPAddress.Parse("fd00::2");
    private static readonly IPAddress s_client6 = IPAddress.Parse("fd00::9");

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(1, true, false)]
    [InlineData(113, false, false)]
    [InlineData(276, true, true)]
    [InlineData(101, false, true)]
    public void Write_OfEachKindOfFile_FindsDialogueAndPackets(int linkType, bool isNg, bool isV6)
    {
        PacketFileBuilder file = new(linkType, isNg);
        Session(file, isV6 ? s_client6 : s_client, isV6 ? s_camera6 : s_camera, "/live");

        (Recording recording, string said) = Make(file.Bytes);

        Assert.Equal(["DESCRIBE", "SETUP", "PLAY"], recording.Exchanges.Select(static exchange => exchange.Method));
        Assert.All(recording.Exchanges, static exchange => Assert.Equal(200, exchange.Status));
        Assert.Equal(20, recording.Packets.Count);
        Assert.All(recording.Packets, static packet => Assert.Equal((CaptureKind.Rtp, 0), (packet.Kind, packet.Track)));
        Assert.Equal(3000 + 12, recording.Packets[0].Length); // a datagram in fragments
        Assert.Contains("3 messages".Replace("3", "6", StringComparison.Ordinal), said, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfACameraOnTheClientsOwnMachine_TellsThemApartByTheirPorts()
    {
        PacketFileBuilder file = new();
        Session(file, s_camera, s_camera, "/live");

        (Recording recording, _) = Make(file.Bytes);

        Assert.Equal(20, recording.Packets.Count);
    }

    [Fact]
    public void Write_OfSegmentsInAnyOrderAndTwice_PutsThemInOrder()
    {
        PacketFileBuilder file = new();
        byte[] request = Request("DESCRIBE", "/live", 1, "");
        file.Tcp(s_client, 4000, s_camera, 554, 999, [], 2);
        file.Tcp(s_client, 4000, s_camera, 554, 1000 + 20, request[20..]);
        file.Tcp(s_client, 4000, s_camera, 554, 1000, request[..10]);
        file.Tcp(s_client, 4000, s_camera, 554, 1000, request[..20]);
        file.Tcp(s_client, 4000, s_camera, 554, 1000, request);
        byte[] answer = Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: {Sdp.Length}\r\n\r\n{Sdp}");
        file.Tcp(s_camera, 554, s_client, 4000, uint.MaxValue - 5, answer[..20]); // the numbers wrap
        file.Tcp(s_camera, 554, s_client, 4000, 14, answer[20..]);

        (Recording recording, _) = Make(file.Bytes);

        Assert.Equal(200, Assert.Single(recording.Exchanges).Status);
    }

    [Fact]
    public void Write_OfALossInTheConnection_SaysSoAndGoesOnBehindIt()
    {
        PacketFileBuilder file = new();
        uint number = 1;
        number = Send(file, number, Request("DESCRIBE", "/live", 1, ""));
        number += 700; // never captured
        number = Send(file, number, Request("OPTIONS", "/live", 3, ""));
        byte[] cut = Request("GET_PARAMETER", "/live", 4, "X: " + new string('a', 300) + "\r\n");
        file.Tcp(s_client, 4000, s_camera, 554, number, cut, keep: 120);
        Send(file, number + (uint)cut.Length, Request("OPTIONS", "/live", 5, ""));

        (Recording recording, string said) = Make(file.Bytes, out List<CaptureRecord> records);

        Assert.Equal(["DESCRIBE", "OPTIONS", "OPTIONS"], recording.Exchanges.Select(static exchange => exchange.Method));
        Assert.Contains(records, static record => record.Kind == CaptureKind.Note && record.Text.StartsWith("700 bytes to the camera are missing", StringComparison.Ordinal));
        Assert.Contains("frames are shorter than what was sent", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfSeveralSessions_TakesTheOneOfTheUrl()
    {
        PacketFileBuilder file = new();
        Session(file, s_client, s_camera, "/one");
        Session(file, IPAddress.Parse("10.1.1.10"), s_camera, "/two", clientPort: 4100, udpPort: 5100);

        (Recording recording, _) = Make(file.Bytes, "rtsp://10.1.1.2/two");
        Assert.All(recording.Exchanges, static exchange => Assert.DoesNotContain("one", exchange.Uri, StringComparison.Ordinal));
        Assert.Equal(20, recording.Packets.Count);

        string several = Assert.Throws<CaptureDefectException>(() => Make(file.Bytes)).Message;
        Assert.Contains("several sessions: say by its URL which one; there are rtsp://10.1.1.2/one, rtsp://10.1.1.2/two", several, StringComparison.Ordinal);
        string otherPort = Assert.Throws<CaptureDefectException>(() => Make(file.Bytes, "rtsp://10.1.1.2:8554/two")).Message;
        Assert.Contains("no session of that URL", otherPort, StringComparison.Ordinal);
        string none = Assert.Throws<CaptureDefectException>(() => Make(file.Bytes, "rtsp://10.1.1.2/three")).Message;
        Assert.Contains("no session of that URL", none, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfATunnel_OpensIt()
    {
        PacketFileBuilder file = new();
        byte[] get = "GET /live HTTP/1.0\r\nx-sessioncookie: abc\r\n\r\n"u8.ToArray();
        byte[] post = "POST /live HTTP/1.0\r\nx-sessioncookie: abc\r\nContent-Length: 32767\r\n\r\n"u8.ToArray();
        file.Tcp(s_client, 4000, s_camera, 80, 1, get);
        byte[] ok = "HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n"u8.ToArray();
        file.Tcp(s_camera, 80, s_client, 4000, 1, ok);
        file.Tcp(s_client, 4001, s_camera, 80, 1, post);
        string encoded = Convert.ToBase64String(Request("DESCRIBE", "/live", 1, ""));
        file.Tcp(s_client, 4001, s_camera, 80, 1 + (uint)post.Length, Encoding.ASCII.GetBytes(encoded));
        byte[] answer = Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: {Sdp.Length}\r\n\r\n{Sdp}");
        file.Tcp(s_camera, 80, s_client, 4000, 1 + (uint)ok.Length, answer);

        (Recording recording, _) = Make(file.Bytes, out List<CaptureRecord> records);

        Assert.Equal(200, Assert.Single(recording.Exchanges).Status);
        Assert.Contains(records, static record => record is { Kind: CaptureKind.Open, Text: "tunnel" });
    }

    [Fact]
    public void Write_OfTls_SaysWhatDoesOpenIt()
    {
        PacketFileBuilder file = new();
        file.Tcp(s_client, 4000, s_camera, 322, 1, [0x16, 3, 1, 0, 50, .. new byte[50]]);

        string why = Assert.Throws<CaptureDefectException>(() => Make(file.Bytes)).Message;

        Assert.Contains("1 connections are encrypted", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "byte 0: the file is neither pcap nor pcapng")]
    [InlineData("504b0304", "byte 0: the file is neither pcap nor pcapng")]
    [InlineData("d4c3b2a1", "the head of the file is cut")]
    [InlineData("d4c3b2a1020004000000000000000000ffff000001000000" + "00000000000000000000008000000080", "byte 40: a frame of 2147483648 bytes")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000" + "0600000008000000", "a block of 8 bytes")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000" + "06000000f0ffff7f", "a frame of 2147483624 bytes")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000" + "0600000020000000" + "0100000000000000000000000000000000000000" + "20000000", "interface 1, which the file does not describe")]
    [InlineData("0a0d0d0a1c00000011111111", "the head of a section is cut")]
    public void Write_OfWhatIsNoPacketCapture_SaysWhereAndWhat(string hex, string sentence)
    {
        string why = Assert.Throws<CaptureDefectException>(() => Make(Convert.FromHexString(hex))).Message;

        Assert.Contains(sentence, why, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfAFileThatIsCutOrDamagedAnywhere_NeverThrowsAnythingElse()
    {
        PacketFileBuilder file = new(1, isNg: true);
        Session(file, s_client, s_camera, "/live");
        byte[] whole = file.Bytes;
        Random random = new(5);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = whole[..random.Next(whole.Length)];
            for (int k = 0; k < i % 5 && bytes.Length > 0; k++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Make(bytes);
            }
            catch (CaptureDefectException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static void Session(PacketFileBuilder file, IPAddress client, IPAddress camera, string path, int clientPort = 4000, int udpPort = 5000)
    {
        string host = camera.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{camera}]" : camera.ToString();
        uint asked = 1;
        uint answered = 1;
        Say(Request("DESCRIBE", path, 1, "", host), $"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Base: rtsp://{host}{path}/\r\nContent-Length: {Sdp.Length}\r\n\r\n{Sdp}");
        string ports = $"client_port={udpPort}-{udpPort + 1}";
        Say(Request("SETUP", path + "/trackID=1", 2, $"Transport: RTP/AVP;unicast;{ports}\r\n", host), $"RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 7\r\nTransport: RTP/AVP;unicast;{ports};server_port=6000-6001\r\n\r\n");
        Say(Request("PLAY", path, 3, "Session: 7\r\n", host), "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 7\r\n\r\n");
        for (int i = 0; i < 20; i++)
        {
            file.Wait(40_000);
            file.Udp(camera, 6000, client, udpPort, [0x80, 0xE0, 0, (byte)i, 0, 0, (byte)i, 0, 1, 2, 3, 4, 0x65, .. new byte[2999]], 1480);
            file.Udp(camera, 6000, client, 9, [1, 2, 3]); // of somebody else
        }

        void Say(byte[] request, string answer)
        {
            file.Tcp(client, clientPort, camera, 554, asked, request);
            file.Tcp(camera, 554, client, clientPort, answered, Encoding.ASCII.GetBytes(answer));
            (asked, answered) = (asked + (uint)request.Length, answered + (uint)answer.Length);
        }
    }

    private static byte[] Request(string method, string path, int cseq, string headers, string host = "10.1.1.2") =>
        Encoding.ASCII.GetBytes($"{method} rtsp://{host}{path} RTSP/1.0\r\nCSeq: {cseq}\r\n{headers}\r\n");

    private static uint Send(PacketFileBuilder file, uint number, byte[] bytes)
    {
        file.Tcp(s_client, 4000, s_camera, 554, number, bytes);
        return number + (uint)bytes.Length;
    }

    private static (Recording Recording, string Said) Make(byte[] packets, string? url = null) => Make(packets, out _, url);

    private static (Recording Recording, string Said) Make(byte[] packets, out List<CaptureRecord> records, string? url = null)
    {
        using MemoryStream file = new();
        RtspUrl? asked = url is null ? null : RtspUrl.TryParse(url, out RtspUrl? parsed, out _) ? parsed : null;
        PacketOutcome outcome = PacketCapture.Write(() => new MemoryStream(packets), () => file, asked, withMedia: false, long.MaxValue, "test");
        byte[] capture = file.ToArray();
        records = [];
        using CaptureReader reader = new(new MemoryStream(capture));
        while (reader.TryRead(out CaptureRecord record))
        {
            records.Add(record);
        }

        return (Recording.Load(new MemoryStream(capture)), outcome.Summary);
    }
}
