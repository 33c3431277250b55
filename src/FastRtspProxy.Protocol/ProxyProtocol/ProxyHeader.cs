using System.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.ProxyProtocol;

/// <summary>
/// What a balancer says in front of a connection that it relays (the PROXY protocol, proxy-protocol.txt of HAProxy 2.x): who has connected, and to
/// which address. Version 1 is a line of text (<see cref="ProxyHeaderText"/>), version 2 is binary (<see cref="ProxyHeaderBinary"/>). A header is
/// believed only when it is whole and right in every part: whoever guesses here lets a stranger choose the address that rules and limits go by.
/// </summary>
/// <param name="Kind">Whether it names the client.</param>
/// <param name="Source">The client; null unless it is <see cref="ProxyHeaderKind.Relayed"/>.</param>
/// <param name="Destination">The balancer's address that the client has connected to; null where <paramref name="Source"/> is.</param>
public readonly record struct ProxyHeader(ProxyHeaderKind Kind, IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>The longest line of version 1 with its line end (section 2.1).</summary>
    public const int TextBytesMax = 107;

    /// <summary>
    /// The longest header that is taken; the length field of version 2 would allow 65,551. Addresses take 52 bytes at most, and the text of the
    /// protocol promises whole arrival of 536 bytes only; the largest value that balancers add is a client's certificate, of 1 to 2 KB. So much is
    /// held for a peer that sends half of it.
    /// </summary>
    public const int BytesMax = 4096;

    /// <summary>What a header begins with in version 1.</summary>
    public static ReadOnlySpan<byte> TextBegin => "PROXY "u8;

    /// <summary>What a header begins with in version 2: bytes that no text protocol takes for a request.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>True where the input begins as only a PROXY header does, whatever follows.</summary>
    public static bool IsBegunBy(ReadOnlySpan<byte> input) => input.StartsWith(TextBegin) || input.StartsWith(Signature);

    /// <summary>Reads a header from the beginning of a connection. What follows it is not looked at.</summary>
    /// <param name="input">All that has come so far.</param>
    /// <param name="header">The header, where it is complete.</param>
    /// <param name="consumed">Its bytes; 0 unless it is complete. All input is of the header where more is needed.</param>
    /// <param name="defect">Why it is malformed.</param>
    public static ParseStatus TryParse(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect)
    {
        consumed = 0;
        defect = ProxyHeaderDefect.None;
        if (BeginsAs(input, TextBegin))
        {
            return input.Length < TextBegin.Length ? NeedMore(out header) : ProxyHeaderText.TryParse(input, out header, out consumed, out defect);
        }

        if (BeginsAs(input, Signature))
        {
            return input.Length < Signature.Length ? NeedMore(out header) : ProxyHeaderBinary.TryParse(input, out header, out consumed, out defect);
        }

        header = default;
        defect = ProxyHeaderDefect.NoHeader;
        return ParseStatus.Malformed;
    }

    /// <summary>True where the input, as far as it goes, is what a header of that kind begins with.</summary>
    private static bool BeginsAs(ReadOnlySpan<byte> input, ReadOnlySpan<byte> begin)
    {
        int length = Math.Min(input.Length, begin.Length);
        return input[..length].SequenceEqual(begin[..length]);
    }

    private static ParseStatus NeedMore(out ProxyHeader header)
    {
        header = default;
        return ParseStatus.NeedMore;
    }
}
