using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Fuzz;

/// <summary>
/// Nothing a peer sends makes a parser throw, read outside of its input, or contradict itself. By count, not by time, and seeded; FRP_FUZZ_ROUNDS
/// makes it as long as one likes.
/// </summary>
public class ParserFuzzTests
{
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("FRP_FUZZ_ROUNDS"), out int rounds) ? rounds : 20_000;

    private static readonly RtspLimits s_limits = new() { HeadBytes = 1024, HeaderLines = 16, BodyBytes = 512 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RtspMessage_Damaged_WholeAndSplitAgree(int seed)
    {
        byte[][] corpus =
        [
            .. Texts(
                "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
                "SETUP rtsp://h/a/track1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP;unicast;client_port=1-2\r\nSession: a;timeout=65\r\n\r\n",
                "SET_PARAMETER * RTSP/1.0\nCSeq: 3\nX: a\n b\nContent-Length: 4\n\nbody"),
            TestData.Bytes("hikvision_setup.txt"), TestData.Bytes("longse_unauthorized.txt"), TestData.Bytes("no_reason_lower_case_cseq.txt"),
        ];
        Mutator mutator = new(seed);
        RtspMessage whole = new();
        RtspMessage split = new();
        int complete = 0;
        for (int i = 0; i < s_rounds; i++)
        {
            byte[] input = i % 10 == 0 ? mutator.Noise(2000) : mutator.Next(corpus);
            ParseStatus status = RtspMessageParser.TryParse(input, whole, s_limits, out int consumed, out RtspDefect defect);
            ReadOnlySequence<byte> sequence = SplitSequence.At(input, mutator.Below(input.Length + 1));
            ParseStatus splitStatus = RtspMessageParser.TryParse(ref sequence, split, s_limits, out RtspDefect splitDefect);

            Assert.Equal((status, defect, input.Length - consumed), (splitStatus, splitDefect, sequence.Length));
            Assert.Equal(status == ParseStatus.Malformed, defect != RtspDefect.None);
            Assert.True(status == ParseStatus.Complete ? consumed > 0 : consumed == 0);
            complete += status == ParseStatus.Complete ? 1 : 0;
            Touch(whole);
        }

        Assert.InRange(complete, s_rounds / 20, s_rounds);
    }

    [Fact]
    public void InterleavedFrame_Damaged_WholeAndSplitAgree()
    {
        byte[][] corpus = [[(byte)'$', 0, 0, 4, 1, 2, 3, 4, (byte)'$', 1, 0, 0], [(byte)'$', 255, 1, 0, .. new byte[256]]];
        Mutator mutator = new(3);
        byte[] scratch = new byte[InterleavedFrame.PayloadBytesMax];
        for (int i = 0; i < s_rounds; i++)
        {
            byte[] input = mutator.Next(corpus);
            ParseStatus status = InterleavedFrame.TryParse(input, out InterleavedFrame frame, out int consumed);
            ReadOnlySequence<byte> sequence = SplitSequence.At(input, mutator.Below(input.Length + 1));
            ParseStatus splitStatus = InterleavedFrame.TryParse(ref sequence, scratch, out InterleavedFrame split);

            Assert.Equal((status, input.Length - consumed, frame.Channel), (splitStatus, sequence.Length, split.Channel));
            Assert.True(frame.Payload.SequenceEqual(split.Payload));
        }
    }

    [Fact]
    public void Rtp_Damaged_EveryAccessorStaysInside()
    {
        byte[][] corpus =
        [
            RtpPackets.Full(), RtpPackets.Make([0x78, 0, 2, 0x67, 0x42, 0, 2, 0x65, 0x88]), RtpPackets.Make([0x7c, 0x85, 0x88]),
            RtpPackets.Make([0x06, 0x06, 0x01, 0x84, 0x80]), RtpPackets.Make([0x60, 1, 0, 3, 0x40, 1, 0xaa, 0, 3, 0x26, 1, 0x80]),
            RtpPackets.Make([0x90, 0xe0, 0x80, 1, 0x22, 0x33, 0x10]), RtpPackets.Make([0, 0, 0, 0, 1, 255, 80, 48]),
        ];
        Mutator mutator = new(4);
        RtpReceptionStats stats = new();
        ParameterSetCollector avc = new(MediaCodec.H264);
        ParameterSetCollector hevc = new(MediaCodec.H265);
        int valid = 0;
        for (int i = 0; i < s_rounds; i++)
        {
            byte[] input = i % 10 == 0 ? mutator.Noise(100) : mutator.Next(corpus);
            if (!RtpPacketView.TryParse(input, out RtpPacketView view, out RtpDefect defect))
            {
                Assert.NotEqual(RtpDefect.None, defect);
                continue;
            }

            valid++;
            Assert.InRange(view.HeaderBytes + view.Payload.Length, RtpPacketView.FixedHeaderBytes, input.Length);
            Assert.Equal(0, view.Extension.Length % 4);
            foreach (MediaCodec codec in (ReadOnlySpan<MediaCodec>)[MediaCodec.H264, MediaCodec.H265, MediaCodec.Vp8, MediaCodec.Mjpeg, MediaCodec.Other])
            {
                AccessUnitHint hint = AccessUnitClassifier.Classify(codec, view);
                Assert.Equal(view.Marker, (hint & AccessUnitHint.EndsFrame) != 0);
            }

            _ = avc.Offer(view) && avc.IsComplete && avc.Fmtp(null) is null;
            _ = hevc.Offer(view) && hevc.IsComplete && hevc.Fmtp("sprop-sps=a;;=") is null;
            stats.Update(view.SequenceNumber, view.Timestamp, (uint)i);
            _ = stats.FractionLostAndReset();
        }

        Assert.True(stats.Received <= valid);
    }

    [Fact]
    public void Rtcp_Damaged_EveryAccessorStaysInside()
    {
        byte[] compound = new byte[400];
        int length = RtcpWriter.WriteSenderReport(compound, 1, 2, 3, 4, 5, [new(1, 2, 3, 4, 5, 6, 7)]);
        length += RtcpWriter.WriteSdesCname(compound.AsSpan(length), 1, "name@host");
        length += RtcpWriter.WriteBye(compound.AsSpan(length), 1, "reason");
        byte[] receiver = new byte[32];
        RtcpWriter.WriteReceiverReport(receiver, 1, [new(1, 2, 3, 4, 5, 6, 7)]);
        byte[][] corpus = [compound[..length], receiver, Convert.FromHexString("81CE000200000001" + "00000002")];
        Mutator mutator = new(5);
        for (int i = 0; i < s_rounds; i++)
        {
            byte[] input = i % 10 == 0 ? mutator.Noise(100) : mutator.Next(corpus);
            RtcpCompoundReader reader = new(input);
            int bytes = 0;
            while (reader.MoveNext(out RtcpPacketView packet))
            {
                bytes += 4;
                Touch(packet);
            }

            Assert.InRange(bytes, 0, input.Length);
        }
    }

    [Fact]
    public void Sdp_Damaged_RewritesToWhatReadsBack()
    {
        byte[][] corpus = [TestData.Bytes("tplink.sdp"), TestData.Bytes("broken_lines.sdp"), TestData.Bytes("onvif_backchannel.sdp"), TestData.Bytes("multicast.sdp")];
        Mutator mutator = new(6);
        SdpRewriteOptions options = new() { SessionId = 1 };
        for (int i = 0; i < s_rounds / 5; i++)
        {
            byte[] input = mutator.Next(corpus);
            if (!SdpDocument.TryParse(input, out SdpDocument? document, out SdpDefect defect))
            {
                Assert.NotEqual(SdpDefect.None, defect);
                continue;
            }

            int served = SdpRewriter.Served(document).Count;
            bool reads = SdpDocument.TryParse(SdpRewriter.ForFrontend(document, options), out SdpDocument? again, out _);
            Assert.Equal(served > 0, reads);
            Assert.Equal(served, again?.Media.Count ?? 0);
        }
    }

    [Fact]
    public void Headers_Damaged_NeverThrow()
    {
        byte[][] corpus = Texts(
            "RTP/AVP;unicast;client_port=50000-50001;mode=\"PLAY\",RTP/AVP/TCP;interleaved=0-1;ssrc=0x12;ttl=16",
            "Digest realm=\"a\\\"b\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE, Basic realm=\"x\"",
            "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"rtsp://h/\", response=\"0123\", algorithm=MD5-sess, qop=auth, nc=00000001, cnonce=\"c\"",
            "url=rtsp://h/a,b/track1;seq=17;rtptime=4294967295,url=track2;seq=1;",
            "4DBB1C3A;timeout=65",
            "rtsp://user:p@ss@[::ffff:192.0.2.1]:8554/a/b?c=d#e",
            "trackID=1", "rtsp://10.0.0.1/live/?x=y");
        Mutator mutator = new(7);
        DigestVerifier verifier = new("r");
        for (int i = 0; i < s_rounds; i++)
        {
            string text = Encoding.Latin1.GetString(i % 10 == 0 ? mutator.Noise(200) : mutator.Next(corpus));
            foreach (TransportSpec spec in TransportHeader.Parse(text))
            {
                Assert.NotEmpty(TransportHeader.Format(spec));
            }

            Assert.NotNull(RtpInfoHeader.Format(RtpInfoHeader.Parse(text)));
            Assert.Equal(SessionHeader.TryParse(text, out string id, out _), id.Length > 0);
            Assert.NotNull(ControlUrl.Resolve("rtsp://h/a?x=y", text));
            Assert.NotNull(ControlUrl.Base("rtsp://h/a", text));
            if (RtspUrl.TryParse(text, out RtspUrl? url, out string? error))
            {
                Assert.Equal(url.User is null && !url.HasTwoReadings, url.Redacted == UrlSecrets.MaskUrl(url.Text));
                Assert.True(RtspUrl.TryParse(url.Text, out RtspUrl? bare, out _) && bare.Host == url.Host && bare.Port == url.Port);
            }

            Assert.Equal(url is null, error is not null);
            AuthClient client = new("u", "p");
            Assert.Equal(client.Accept([text]), client.Authorization("PLAY", "rtsp://h/") is not null);
            Assert.NotEqual(DigestOutcome.Accepted, verifier.Verify(text, "PLAY", "n", _ => "p", out _));
        }
    }

    private static byte[][] Texts(params string[] texts) => Array.ConvertAll(texts, Encoding.Latin1.GetBytes);

    private static void Touch(RtspMessage message)
    {
        _ = (message.Method, message.Uri, message.Version, message.Reason, message.CSeq, message.Session, message.Body.Length);
        for (int i = 0; i < message.HeaderCount; i++)
        {
            (string name, string value) = message.HeaderAt(i);
            Assert.NotEmpty(name);
            Assert.DoesNotContain('\n', value);
        }
    }

    private static void Touch(in RtcpPacketView packet)
    {
        _ = (packet.Ssrc, packet.Ntp, packet.RtpTimestamp, packet.PacketCount, packet.OctetCount, packet.Cname, packet.Reason, packet.Body.Length);
        for (int i = 0; i < packet.ReportBlockCount; i++)
        {
            Assert.InRange(packet.ReportBlock(i).CumulativeLost, -0x800000, 0x7fffff);
        }

        for (int i = 0; i < packet.SourceCount; i++)
        {
            _ = packet.Source(i);
        }
    }
}
