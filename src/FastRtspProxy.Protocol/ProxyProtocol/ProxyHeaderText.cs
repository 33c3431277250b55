using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.ProxyProtocol;

/// <summary>
/// Version 1 (proxy-protocol.txt section 2.1): <c>PROXY TCP4 192.0.2.1 198.51.100.1 56324 554</c> and a line end. Strict where the text is: one
/// space between words, CRLF, numbers without leading zeros, addresses of the family that is named.
/// </summary>
internal static class ProxyHeaderText
{
    private const byte Space = (byte)' ';

    /// <summary>What an IPv6 address is written with; the dots are those of an IPv4 address at its end.</summary>
    private static readonly SearchValues<byte> s_ofIPv6 = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>Of input that has <see cref="ProxyHeader.TextBegin"/> in front.</summary>
    public static ParseStatus TryParse(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect)
    {
        header = default;
        consumed = 0;
        defect = ProxyHeaderDefect.None;
        ReadOnlySpan<byte> window = input[..Math.Min(input.Length, ProxyHeader.TextBytesMax)];
        int end = window.IndexOfAny((byte)'\r', (byte)'\n');
        bool isCut = end < 0 || (window[end] == '\r' && end + 1 == window.Length);
        if (isCut)
        {
            defect = input.Length >= ProxyHeader.TextBytesMax ? ProxyHeaderDefect.TooLong : ProxyHeaderDefect.None;
            return defect == ProxyHeaderDefect.None ? ParseStatus.NeedMore : ParseStatus.Malformed;
        }

        defect = window[end..].StartsWith("\r\n"u8)
            ? ReadLine(window[ProxyHeader.TextBegin.Length..end], out header)
            : ProxyHeaderDefect.BadLine;
        if (defect != ProxyHeaderDefect.None)
        {
            return ParseStatus.Malformed;
        }

        consumed = end + 2;
        return ParseStatus.Complete;
    }

    /// <summary>Reads what stands between the first word and the line end.</summary>
    private static ProxyHeaderDefect ReadLine(ReadOnlySpan<byte> line, out ProxyHeader header)
    {
        header = new ProxyHeader(ProxyHeaderKind.Unknown, null, null);
        ReadOnlySpan<byte> family = TakeWord(ref line);
        if (family.SequenceEqual("UNKNOWN"u8))
        {
            return ProxyHeaderDefect.None; // whatever follows up to the line end is to be ignored
        }

        bool isIPv6 = family.SequenceEqual("TCP6"u8);
        if (!isIPv6 && !family.SequenceEqual("TCP4"u8))
        {
            return ProxyHeaderDefect.BadFamily;
        }

        ReadOnlySpan<byte> source = TakeWord(ref line);
        ReadOnlySpan<byte> destination = TakeWord(ref line);
        ReadOnlySpan<byte> sourcePort = TakeWord(ref line);
        if (source.IsEmpty || destination.IsEmpty || sourcePort.IsEmpty || line.IsEmpty)
        {
            return ProxyHeaderDefect.BadLine; // a word too few, or two spaces where one belongs
        }

        if (ReadAddress(source, isIPv6) is not { } sourceAddress || ReadAddress(destination, isIPv6) is not { } destinationAddress)
        {
            return ProxyHeaderDefect.BadAddress;
        }

        if (ReadNumber(sourcePort, ushort.MaxValue) is not (>= 0 and var from) || ReadNumber(line, ushort.MaxValue) is not (>= 0 and var to))
        {
            return line.Contains(Space) ? ProxyHeaderDefect.BadLine : ProxyHeaderDefect.BadPort;
        }

        header = new ProxyHeader(
            ProxyHeaderKind.Relayed, new IPEndPoint(sourceAddress, from), new IPEndPoint(destinationAddress, to));
        return ProxyHeaderDefect.None;
    }

    /// <summary>The bytes up to the next space, which is taken too; all of the line where it has none.</summary>
    private static ReadOnlySpan<byte> TakeWord(ref ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf(Space);
        ReadOnlySpan<byte> word = space < 0 ? line : line[..space];
        line = space < 0 ? default : line[(space + 1)..];
        return word;
    }

    private static IPAddress? ReadAddress(ReadOnlySpan<byte> text, bool isIPv6)
    {
        if (!isIPv6)
        {
            return ReadIPv4(text);
        }

        // The framework's reader takes scopes, prefixes and brackets too, which have no place here.
        bool isPlain = text.IndexOfAnyExcept(s_ofIPv6) < 0;
        int dotted = text.IndexOf((byte)'.') < 0 ? -1 : text.LastIndexOf((byte)':') + 1;
        bool isAddress = isPlain && (dotted < 0 || (dotted > 0 && ReadIPv4(text[dotted..]) is not null));
        return isAddress && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address
            : null;
    }

    /// <summary>Four numbers and three dots; the framework's reader also takes one number, octal and hexadecimal ones.</summary>
    private static IPAddress? ReadIPv4(ReadOnlySpan<byte> text)
    {
        Span<byte> address = stackalloc byte[4];
        for (int i = 0; i < address.Length; i++)
        {
            int dot = i < address.Length - 1 ? text.IndexOf((byte)'.') : text.Length;
            if (dot < 0 || ReadNumber(text[..dot], byte.MaxValue) is not (>= 0 and var octet))
            {
                return null;
            }

            address[i] = (byte)octet;
            text = i < address.Length - 1 ? text[(dot + 1)..] : default;
        }

        return new IPAddress(address);
    }

    /// <summary>A decimal number without sign and leading zeros; -1: it is none, or exceeds the maximum.</summary>
    private static int ReadNumber(ReadOnlySpan<byte> text, int max)
    {
        if (text.IsEmpty || text.Length > 5 || (text[0] == '0' && text.Length > 1))
        {
            return -1;
        }

        int number = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return -1;
            }

            number = (number * 10) + (digit - '0');
        }

        return number <= max ? number : -1;
    }
}
