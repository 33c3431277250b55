using System.Buffers.Binary;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.WebSocket;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Protocol.WebSocket;

public sealed class WebSocketDecoderTests
{
    private const int MessageBytesMax = 100_000;

    private static byte[] Frame(int opcode, byte[] payload, bool isFinal = true, bool isMasked = true, uint mask = 0x37FA213D)
    {
        List<byte> frame = [(byte)((isFinal ? 0x80 : 0) | opcode)];
        int maskBit = isMasked ? 0x80 : 0;
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
        frame.AddRange(payload.Length switch
        {
            < 126 => [(byte)(maskBit | payload.Length)],
            <= 65535 => [(byte)(maskBit | 126), .. length[6..]],
            _ => [(byte)(maskBit | 127), .. length],
        });
        byte[] key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, mask);
        if (isMasked)
        {
            frame.AddRange(key);
        }

        frame.AddRange(payload.Select((value, i) => isMasked ? (byte)(value ^ key[i % 4]) : value));
        return [.. frame];
    }

    /// <summary>What comes out of bytes that come in pieces of that size, as one text: data as it is, control frames in brackets.</summary>
    private static string Decode(byte[] bytes, int pieceBytes)
    {
        WebSocketDecoder decoder = new(MessageBytesMax);
        StringBuilder text = new();
        byte[] payload = new byte[200];
        int start = 0;
        for (int end = Math.Min(pieceBytes, bytes.Length); ; end = Math.Min(end + pieceBytes, bytes.Length))
        {
            WebSocketStep step;
            while ((step = decoder.Next(bytes.AsSpan(start..end), payload, out int consumed, out int count)) is not (WebSocketStep.NeedMore or WebSocketStep.Malformed))
            {
                string piece = Encoding.Latin1.GetString(payload, 0, count);
                text.Append(step == WebSocketStep.Data ? piece : $"[{step} {piece}]");
                start += consumed;
            }

            if (step == WebSocketStep.Malformed)
            {
                return text.Append($"[{decoder.Fault}]").ToString();
            }

            if (end == bytes.Length)
            {
                return text.ToString();
            }
        }
    }

    [Fact]
    public void Next_FragmentsWithControlFramesBetween_GivesWholeMessagesHoweverTheyAreCut()
    {
        string longText = new('x', 300);
        byte[] bytes =
        [
            .. Frame(2, "OPT"u8.ToArray(), isFinal: false), .. Frame(9, "are you there"u8.ToArray()), .. Frame(0, [], isFinal: false), .. Frame(0, "IONS "u8.ToArray(), mask: 1),
            .. Frame(10, []), .. Frame(2, Encoding.ASCII.GetBytes(longText)), .. Frame(8, [0x03, 0xE8]),
        ];
        string whole = $"OPT[Ping are you there]IONS [Pong ]{longText}[Close \u0003\u00E8]";

        for (int pieceBytes = 1; pieceBytes <= bytes.Length; pieceBytes++)
        {
            Assert.Equal(whole, Decode(bytes, pieceBytes));
        }
    }

    [Fact]
    public void Next_MessageLongerThanSixteenBits_ComesInPieces()
    {
        byte[] payload = new byte[70_000];
        Random.Shared.NextBytes(payload);

        Assert.Equal(Encoding.Latin1.GetString(payload), Decode(Frame(2, payload), 4096));
    }

    [Theory]
    [InlineData(WebSocketCloseCode.ProtocolError, "82 00")] // not masked
    [InlineData(WebSocketCloseCode.ProtocolError, "89 00")]
    [InlineData(WebSocketCloseCode.ProtocolError, "C2 80 00000000")] // a reserved bit
    [InlineData(WebSocketCloseCode.ProtocolError, "83 80 00000000")] // kinds that nobody knows
    [InlineData(WebSocketCloseCode.ProtocolError, "8B 80 00000000")]
    [InlineData(WebSocketCloseCode.ProtocolError, "80 80 00000000")] // goes on with nothing
    [InlineData(WebSocketCloseCode.ProtocolError, "02 80 00000000 82 80 00000000")] // begins within a message
    [InlineData(WebSocketCloseCode.ProtocolError, "09 80 00000000")] // a control frame that is cut
    [InlineData(WebSocketCloseCode.ProtocolError, "89 FE 007E 00000000")] // one that is too long
    [InlineData(WebSocketCloseCode.ProtocolError, "82 FE 0005 00000000")] // a length that is longer than it needs to be
    [InlineData(WebSocketCloseCode.ProtocolError, "82 FF 000000000000FFFF 00000000")]
    [InlineData(WebSocketCloseCode.ProtocolError, "82 FF 8000000000000000 00000000")] // and one that is none
    [InlineData(WebSocketCloseCode.ProtocolError, "88 81 00000000 03")] // half a code
    [InlineData(WebSocketCloseCode.ProtocolError, "88 82 00000000 03ED")] // 1005 says that none was sent
    [InlineData(WebSocketCloseCode.UnsupportedData, "81 80 00000000")] // text
    [InlineData(WebSocketCloseCode.MessageTooBig, "82 FF 00000000000186A1 00000000")]
    [InlineData(WebSocketCloseCode.MessageTooBig, "82 FF 7FFFFFFFFFFFFFFF 00000000")]
    public void Next_WhatBreaksTheProtocol_IsMalformedFromThenOn(WebSocketCloseCode fault, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        for (int pieceBytes = 1; pieceBytes <= bytes.Length; pieceBytes++)
        {
            Assert.Equal($"[{fault}]", Decode(bytes, pieceBytes));
        }
    }

    [Fact]
    public void Next_FragmentsThatAreTooLongTogether_AreRefusedByTheHeaderOfTheLast()
    {
        byte[] half = new byte[MessageBytesMax / 2];
        byte[] bytes = [.. Frame(2, half, isFinal: false), .. Frame(0, half, isFinal: false), .. Frame(0, [0], isFinal: true)];

        string text = Decode(bytes, 4096);

        Assert.Equal($"{new string('\0', MessageBytesMax)}[MessageTooBig]", text);
        Assert.Equal(MessageBytesMax, Decode([.. Frame(2, half), .. Frame(2, half)], 4096).Length); // of a message only
    }

    [Fact]
    public void Next_ProperPrefixOfAControlFrame_NeedsMoreAndConsumesNothing()
    {
        byte[] bytes = Frame(9, "are you there"u8.ToArray());
        byte[] payload = new byte[200];
        for (int length = 0; length < bytes.Length; length++)
        {
            WebSocketStep step = new WebSocketDecoder(MessageBytesMax).Next(bytes.AsSpan(0, length), payload, out int consumed, out int count);
            Assert.Equal((WebSocketStep.NeedMore, 0, 0), (step, consumed, count));
        }
    }

    [Fact]
    public void Next_RandomBytes_NeverThrowsNorStandsStill()
    {
        Random random = new(6455);
        byte[] bytes = new byte[400];
        byte[] payload = new byte[WebSocketFrameHeader.ControlPayloadBytesMax];
        for (int round = 0; round < 5_000; round++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(bytes[0] & 0x8F);
            bytes[1] |= 0x80;
            WebSocketDecoder decoder = new(MessageBytesMax);
            int start = 0;
            while (true)
            {
                WebSocketStep step = decoder.Next(bytes.AsSpan(start), payload, out int consumed, out int count);
                if (step is WebSocketStep.NeedMore or WebSocketStep.Malformed)
                {
                    Assert.Equal(0, consumed);
                    break;
                }

                Assert.InRange(consumed, 1, bytes.Length - start);
                Assert.InRange(count, 0, consumed);
                start += consumed;
            }
        }
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void Write_EachLength_IsReadBackAndAsShortAsItCanBe(int payloadBytes, int headerBytes)
    {
        byte[] header = new byte[WebSocketFrameHeader.BytesMax];

        int written = WebSocketFrameHeader.Write(header, WebSocketOpcode.Binary, payloadBytes);

        Assert.Equal(headerBytes, written);
        Assert.Equal(ParseStatus.Complete, WebSocketFrameHeader.TryParse(header.AsSpan(0, written), out WebSocketFrameHeader read));
        Assert.Equal(new WebSocketFrameHeader(WebSocketOpcode.Binary, true, false, 0, payloadBytes, headerBytes), read);
    }

    [Fact]
    [Rule("S40")]
    public void AcceptOf_TheKeyOfTheRfc_IsItsAnswer() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketKey.AcceptOf("dGhlIHNhbXBsZSBub25jZQ=="));

    [Theory]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", true)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ", false)]
    [InlineData("dGhlIHNhbXBsZSBub25j", false)]
    [InlineData("", false)]
    [InlineData("?", false)]
    public void IsKey_SixteenBytesInBase64_AreOne(string text, bool isKey) => Assert.Equal(isKey, WebSocketKey.IsKey(text));
}
