using System.Text;
using FastRtspProxy.Protocol.ProxyProtocol;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.ProxyProtocol;

/// <summary>PROXY headers of both versions: good ones, bad ones, cut ones, and bytes that are none.</summary>
public sealed class ProxyHeaderTests
{
    private const string Longest = "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";

    public static TheoryData<string> GoodHeaders => new(Good.Select(static header => Convert.ToHexString(header)));

    private static byte[][] Good =>
    [
        ProxyHeaders.Text("192.0.2.1"),
        ProxyHeaders.Text("2001:db8::1", "2001:db8::2"),
        Encoding.ASCII.GetBytes(Longest),
        "PROXY UNKNOWN\r\n"u8.ToArray(),
        ProxyHeaders.Binary("192.0.2.1"),
        ProxyHeaders.Binary("2001:db8::1", "2001:db8::2"),
        ProxyHeaders.Binary("192.0.2.1", values: [ProxyHeaders.Value(0x04, new byte[300]), ProxyHeaders.Value(0x05, 1, 2, 3), ProxyHeaders.Value(0xE0)]),
        ProxyHeaders.WithChecksum(ProxyHeaders.Binary("192.0.2.1", values: [ProxyHeaders.Value(0x01, 65, 66), ProxyHeaders.Value(0x03, 0, 0, 0, 0), ProxyHeaders.Value(0x04, 9)])),
        ProxyHeaders.WithChecksum(ProxyHeaders.Binary("2001:db8::1", "2001:db8::2", values: [ProxyHeaders.Value(0x03, 0, 0, 0, 0)])),
        ProxyHeaders.Raw(ProxyHeaders.Local, 0x00, []),
        ProxyHeaders.Raw(ProxyHeaders.Proxy, 0x00, [1, 2, 3]),
    ];

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 554\r\n", "192.0.2.1:56324", "198.51.100.1:554")]
    [InlineData("PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n", "255.255.255.255:65535", "0.0.0.0:0")]
    [InlineData("PROXY TCP6 2001:db8::1 ::1 1 322\r\n", "[2001:db8::1]:1", "[::1]:322")]
    [InlineData("PROXY TCP6 2001:0DB8:0:0:0:0:0:A 2001:DB8::21f:5bff:febf:ce22:8a2e 1 2\r\n", "[2001:db8::a]:1", "[2001:db8:0:21f:5bff:febf:ce22:8a2e]:2")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 1 2\r\n", "[::ffff:192.0.2.1]:1", "[::ffff:198.51.100.1]:2")]
    public void Text_OfAClient_HasBothAddresses(string line, string source, string destination)
    {
        byte[] input = Encoding.ASCII.GetBytes(line + "OPTIONS");

        ParseStatus status = ProxyHeader.TryParse(input, out ProxyHeader header, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, line.Length), (status, consumed));
        Assert.Equal(ProxyHeaderKind.Relayed, header.Kind);
        Assert.Equal((source, destination), (header.Source!.ToString(), header.Destination!.ToString()));
    }

    [Fact]
    public void Text_TheLongest_Has107BytesAtMost()
    {
        ParseStatus status = ProxyHeader.TryParse(Encoding.ASCII.GetBytes(Longest), out _, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, Longest.Length), (status, consumed));
        Assert.InRange(Longest.Length, 100, ProxyHeader.TextBytesMax);
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n")]
    [InlineData("PROXY UNKNOWN  what ever\r\n")]
    public void Text_Unknown_NamesNobody(string line)
    {
        ParseStatus status = ProxyHeader.TryParse(Encoding.ASCII.GetBytes(line), out ProxyHeader header, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, line.Length), (status, consumed));
        Assert.Equal(new ProxyHeader(ProxyHeaderKind.Unknown, null, null), header);
    }

    [Theory]
    [InlineData("PROXY\r\n", ProxyHeaderDefect.NoHeader)]
    [InlineData("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.NoHeader)]
    [InlineData("OPTIONS * RTSP/1.0\r\n", ProxyHeaderDefect.NoHeader)]
    [InlineData("PLAY", ProxyHeaderDefect.NoHeader)]
    [InlineData("PROXX", ProxyHeaderDefect.NoHeader)]
    [InlineData("\r\n\r\nOPTIONS * RTSP/1.0\r\n", ProxyHeaderDefect.NoHeader)]
    [InlineData("PROXY \r\n", ProxyHeaderDefect.BadFamily)]
    [InlineData("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadFamily)]
    [InlineData("PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadFamily)]
    [InlineData("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadFamily)]
    [InlineData("PROXY UNKNOWNS\r\n", ProxyHeaderDefect.BadFamily)]
    [InlineData("PROXY TCP4\r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1\r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY UNKNOWN\n", ProxyHeaderDefect.BadLine)]
    [InlineData("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.1.5 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 3221225985 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 0xC0.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.1 viewer.example 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 2001:db8::1 192.0.2.2 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 [2001:db8::1] ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 2001:db8::1::2 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 2001:db8:0:0:0:0:0:0:1 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 2001:db8:12345::1 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.01 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP6 1.2.3.4::1 ::1 1 2\r\n", ProxyHeaderDefect.BadAddress)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n", ProxyHeaderDefect.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 00\r\n", ProxyHeaderDefect.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", ProxyHeaderDefect.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n", ProxyHeaderDefect.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", ProxyHeaderDefect.BadPort)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 99999999999\r\n", ProxyHeaderDefect.BadPort)]
    public void Text_NotAsItIsWritten_IsMalformed(string line, ProxyHeaderDefect expected)
    {
        ParseStatus status = ProxyHeader.TryParse(Encoding.ASCII.GetBytes(line), out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect);

        Assert.Equal((ParseStatus.Malformed, expected, 0), (status, defect, consumed));
        Assert.NotEqual(ProxyHeaderKind.Relayed, header.Source is null ? ProxyHeaderKind.Unknown : header.Kind);
    }

    [Theory]
    [InlineData("PROXY UNKNOWN ", ParseStatus.Complete)]
    [InlineData("PROXY UNKNOWN x", ParseStatus.Malformed)]
    public void Text_OfMoreThan107Bytes_IsTooLong(string begin, ParseStatus expected)
    {
        string line = begin.PadRight(begin.Length + ProxyHeader.TextBytesMax - "PROXY UNKNOWN ".Length - 2, 'x') + "\r\n";

        ParseStatus status = ProxyHeader.TryParse(Encoding.ASCII.GetBytes(line), out _, out _, out ProxyHeaderDefect defect);

        Assert.Equal((expected, expected == ParseStatus.Malformed ? ProxyHeaderDefect.TooLong : ProxyHeaderDefect.None), (status, defect));
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.1")]
    [InlineData("2001:db8::1", "2001:db8::2")]
    public void Binary_OfAClient_HasBothAddresses(string source, string destination)
    {
        byte[] header = ProxyHeaders.Binary(source, destination, 56_324, 322);

        ParseStatus status = ProxyHeader.TryParse([.. header, 0x16, 0x03], out ProxyHeader read, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, header.Length), (status, consumed));
        Assert.Equal((ProxyHeaderKind.Relayed, source, 56_324), (read.Kind, read.Source!.Address.ToString(), read.Source.Port));
        Assert.Equal((destination, 322), (read.Destination!.Address.ToString(), read.Destination.Port));
    }

    [Theory]
    [InlineData(ProxyHeaders.Local, 0x00, 0, ProxyHeaderKind.Local)]
    [InlineData(ProxyHeaders.Local, 0x11, 12, ProxyHeaderKind.Local)]
    [InlineData(ProxyHeaders.Local, 0x31, 216, ProxyHeaderKind.Local)]
    [InlineData(ProxyHeaders.Local, 0x11, 3, ProxyHeaderKind.Local)]
    [InlineData(ProxyHeaders.Proxy, 0x00, 0, ProxyHeaderKind.Unknown)]
    [InlineData(ProxyHeaders.Proxy, 0x00, 40, ProxyHeaderKind.Unknown)]
    public void Binary_WithoutAClient_KeepsTheSocketsAddresses(byte command, byte family, int restBytes, ProxyHeaderKind kind)
    {
        byte[] header = ProxyHeaders.Raw(command, family, new byte[restBytes]);

        ParseStatus status = ProxyHeader.TryParse(header, out ProxyHeader read, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, header.Length), (status, consumed));
        Assert.Equal(new ProxyHeader(kind, null, null), read);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12, ProxyHeaderDefect.BadVersion)]
    [InlineData(0x31, 0x11, 12, ProxyHeaderDefect.BadVersion)]
    [InlineData(0x22, 0x11, 12, ProxyHeaderDefect.BadVersion)]
    [InlineData(0x21, 0x12, 12, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x22, 36, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x31, 216, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x10, 12, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x01, 12, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x41, 12, ProxyHeaderDefect.BadFamily)]
    [InlineData(0x21, 0x11, 11, ProxyHeaderDefect.BadAddress)]
    [InlineData(0x21, 0x21, 35, ProxyHeaderDefect.BadAddress)]
    [InlineData(0x21, 0x21, 12, ProxyHeaderDefect.BadAddress)]
    [InlineData(0x21, 0x11, 13, ProxyHeaderDefect.BadValues)]
    [InlineData(0x21, 0x11, 14, ProxyHeaderDefect.BadValues)]
    [InlineData(0x21, 0x11, 4081, ProxyHeaderDefect.TooLong)]
    [InlineData(0x20, 0x00, 65_535, ProxyHeaderDefect.TooLong)]
    public void Binary_NotAsItIsWritten_IsMalformed(byte command, byte family, int restBytes, ProxyHeaderDefect expected)
    {
        byte[] header = ProxyHeaders.Raw(command, family, new byte[restBytes]);

        ParseStatus status = ProxyHeader.TryParse(header, out _, out int consumed, out ProxyHeaderDefect defect);

        Assert.Equal((ParseStatus.Malformed, expected, 0), (status, defect, consumed));
    }

    /// <summary>Nobody is waited for whose first bytes are wrong already.</summary>
    [Fact]
    public void Binary_WrongInItsFixedPart_IsMalformedBeforeTheRestComes()
    {
        byte[] header = ProxyHeaders.Raw(ProxyHeaders.Proxy, 0x12, new byte[12]);

        ParseStatus atCommand = ProxyHeader.TryParse(header.AsSpan(0, 13), out _, out _, out _);
        ParseStatus atFamily = ProxyHeader.TryParse(header.AsSpan(0, 14), out _, out _, out _);

        Assert.Equal((ParseStatus.NeedMore, ParseStatus.Malformed), (atCommand, atFamily));
    }

    [Theory]
    [InlineData("010005AABB", ProxyHeaderDefect.BadValues)] // longer than what is left
    [InlineData("04FFFF", ProxyHeaderDefect.BadValues)]
    [InlineData("01", ProxyHeaderDefect.BadValues)]
    [InlineData("030003000000", ProxyHeaderDefect.BadValues)] // a checksum of three bytes
    [InlineData("03000400000000", ProxyHeaderDefect.BadChecksum)]
    [InlineData("03000412345678", ProxyHeaderDefect.BadChecksum)]
    public void Binary_WithBadValues_IsMalformed(string values, ProxyHeaderDefect expected)
    {
        byte[] header = ProxyHeaders.Binary("192.0.2.1", values: [Convert.FromHexString(values)]);

        ParseStatus status = ProxyHeader.TryParse(header, out _, out _, out ProxyHeaderDefect defect);

        Assert.Equal((ParseStatus.Malformed, expected), (status, defect));
    }

    [Fact]
    public void Binary_OneBitOfItTurned_FailsItsChecksum()
    {
        byte[] good = ProxyHeaders.WithChecksum(ProxyHeaders.Binary("192.0.2.1", values: [ProxyHeaders.Value(0x03, 0, 0, 0, 0), ProxyHeaders.Value(0xE1, 1, 2, 3)]));
        Assert.Equal(ParseStatus.Complete, ProxyHeader.TryParse(good, out _, out _, out _));
        for (int i = 16; i < good.Length; i++)
        {
            byte[] turned = [.. good];
            turned[i] ^= 1;

            ParseStatus status = ProxyHeader.TryParse(turned, out _, out _, out ProxyHeaderDefect defect);

            bool isValueHead = i is 28 or 29 or 30 or 35 or 36 or 37; // types and lengths: another type is no checksum any more
            Assert.True((status == ParseStatus.Malformed && defect == ProxyHeaderDefect.BadChecksum) || isValueHead, $"byte {i}: {status} {defect}");
        }
    }

    [Fact]
    public void Binary_WithTwoChecksums_IsMalformed()
    {
        byte[] header = ProxyHeaders.Binary("192.0.2.1", values: [ProxyHeaders.Value(0x03, 0, 0, 0, 0), ProxyHeaders.Value(0x03, 1, 2, 3, 4)]);

        ParseStatus status = ProxyHeader.TryParse(ProxyHeaders.WithChecksum(header), out _, out _, out ProxyHeaderDefect defect);

        Assert.Equal((ParseStatus.Malformed, ProxyHeaderDefect.BadValues), (status, defect));
    }

    [Theory]
    [MemberData(nameof(GoodHeaders))]
    public void TryParse_EachPrefixOfAGoodHeader_NeedsMoreAndConsumesNothing(string hex)
    {
        byte[] header = Convert.FromHexString(hex);
        for (int length = 0; length < header.Length; length++)
        {
            ParseStatus status = ProxyHeader.TryParse(header.AsSpan(0, length), out _, out int consumed, out ProxyHeaderDefect defect);

            Assert.Equal((length, ParseStatus.NeedMore, 0, ProxyHeaderDefect.None), (length, status, consumed, defect));
        }

        Assert.Equal(ParseStatus.Complete, ProxyHeader.TryParse(header, out _, out int whole, out _));
        Assert.Equal(header.Length, whole);
    }

    [Theory]
    [MemberData(nameof(GoodHeaders))]
    public void TryParse_AnythingBehindTheHeader_IsNotLookedAt(string hex)
    {
        byte[] header = Convert.FromHexString(hex);
        ProxyHeader.TryParse(header, out ProxyHeader alone, out _, out _);

        ParseStatus status = ProxyHeader.TryParse([.. header, .. header, 0xFF], out ProxyHeader followed, out int consumed, out _);

        Assert.Equal((ParseStatus.Complete, header.Length), (status, consumed));
        Assert.Equal(alone, followed);
    }

    [Fact]
    public void TryParse_RandomBytesAndHeadersWithErrors_NeverThrows()
    {
        Random random = new(4711);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] input = [.. Good[i % Good.Length]];
            for (int errors = random.Next(4); errors > 0; errors--)
            {
                input[random.Next(input.Length)] = (byte)random.Next(256);
            }

            ReadOnlySpan<byte> cut = input.AsSpan(0, random.Next(input.Length + 1));
            ParseStatus status = ProxyHeader.TryParse(cut, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect);

            Assert.Equal(status == ParseStatus.Malformed, defect != ProxyHeaderDefect.None);
            Assert.Equal(status == ParseStatus.Complete, consumed > 0);
            Assert.True(status != ParseStatus.Complete || (header.Kind == ProxyHeaderKind.Relayed) == header.Source is not null);
        }
    }

    [Theory]
    [InlineData("PROXY ", true)]
    [InlineData("PROXY TCP4 192.0.2.1", true)]
    [InlineData("\r\n\r\n\0\r\nQUIT\n", true)]
    [InlineData("PROX", false)]
    [InlineData("PLAY rtsp://", false)]
    [InlineData("\r\n\r\n", false)]
    [InlineData("", false)]
    public void IsBegunBy_Input_KnowsBothVersions(string input, bool expected) =>
        Assert.Equal(expected, ProxyHeader.IsBegunBy(Encoding.ASCII.GetBytes(input)));
}
