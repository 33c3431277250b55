using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.ProxyProtocol;

/// <summary>
/// Version 2 (proxy-protocol.txt section 2.2): the signature, version and command, family and transport, the length of the rest; then addresses and
/// ports, and values by type and length. Of the values only the checksum means something here.
/// </summary>
internal static class ProxyHeaderBinary
{
    /// <summary>The signature (12), version and command (1), family and transport (1), length (2).</summary>
    private const int FixedBytes = 16;

    private const byte LocalCommand = 0x20;
    private const byte ProxyCommand = 0x21;
    private const byte Unspecified = 0x00;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    /// <summary>PP2_TYPE_CRC32C: a CRC-32C (RFC 4960 appendix B) of the whole header, taken while its own four bytes are zero.</summary>
    private const byte ChecksumType = 0x03;

    private const int ChecksumBytes = 4;

    /// <summary>Type (1) and length (2) of a value.</summary>
    private const int ValueHeadBytes = 3;

    /// <summary>Of input that has <see cref="ProxyHeader.Signature"/> in front.</summary>
    public static ParseStatus TryParse(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect)
    {
        header = default;
        consumed = 0;
        defect = FindDefectOfBegin(input);
        if (defect != ProxyHeaderDefect.None)
        {
            return ParseStatus.Malformed;
        }

        if (input.Length < FixedBytes || input.Length < WholeBytes(input))
        {
            return ParseStatus.NeedMore;
        }

        defect = Read(input[..WholeBytes(input)], out header);
        if (defect != ProxyHeaderDefect.None)
        {
            return ParseStatus.Malformed;
        }

        consumed = WholeBytes(input);
        return ParseStatus.Complete;
    }

    /// <summary>With the length field, which has come.</summary>
    private static int WholeBytes(ReadOnlySpan<byte> input) => FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);

    /// <summary>Looks at those of the first sixteen bytes that have come: nobody waits for the rest of what cannot be right.</summary>
    private static ProxyHeaderDefect FindDefectOfBegin(ReadOnlySpan<byte> input)
    {
        if (input.Length > 12 && input[12] is not (LocalCommand or ProxyCommand))
        {
            return ProxyHeaderDefect.BadVersion;
        }

        // The family of a LOCAL header is to be ignored.
        if (input.Length > 13 && input[12] == ProxyCommand && input[13] is not (Unspecified or TcpOverIPv4 or TcpOverIPv6))
        {
            return ProxyHeaderDefect.BadFamily;
        }

        if (input.Length < FixedBytes)
        {
            return ProxyHeaderDefect.None;
        }

        int wholeBytes = WholeBytes(input);
        if (wholeBytes > ProxyHeader.BytesMax)
        {
            return ProxyHeaderDefect.TooLong;
        }

        bool isCut = input[12] == ProxyCommand && wholeBytes < FixedBytes + AddressesBytes(input[13]);
        return isCut ? ProxyHeaderDefect.BadAddress : ProxyHeaderDefect.None;
    }

    /// <summary>Two addresses and two ports.</summary>
    private static int AddressesBytes(byte family) => family switch
    {
        TcpOverIPv4 => 12,
        TcpOverIPv6 => 36,
        _ => 0,
    };

    /// <summary>Reads a header that is there as a whole.</summary>
    private static ProxyHeaderDefect Read(ReadOnlySpan<byte> whole, out ProxyHeader header)
    {
        // Where no addresses are said, the receiver discards all that follows, whatever it is (sections 2.2 and 2.2.1).
        byte family = whole[13];
        header = new ProxyHeader(whole[12] == LocalCommand ? ProxyHeaderKind.Local : ProxyHeaderKind.Unknown, null, null);
        if (whole[12] == LocalCommand || family == Unspecified)
        {
            return ProxyHeaderDefect.None;
        }

        ReadOnlySpan<byte> addresses = whole.Slice(FixedBytes, AddressesBytes(family));
        int addressBytes = family == TcpOverIPv4 ? 4 : 16;
        ReadOnlySpan<byte> ports = addresses[(2 * addressBytes)..];
        header = new ProxyHeader(
            ProxyHeaderKind.Relayed,
            new IPEndPoint(new IPAddress(addresses[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(addresses.Slice(addressBytes, addressBytes)), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
        return CheckValues(whole, FixedBytes + addresses.Length);
    }

    /// <summary>Steps over the values, which must fill the header exactly, and holds the checksum, where there is one, against the bytes.</summary>
    private static ProxyHeaderDefect CheckValues(ReadOnlySpan<byte> whole, int at)
    {
        bool hasChecksum = false;
        while (at < whole.Length)
        {
            if (whole.Length - at < ValueHeadBytes)
            {
                return ProxyHeaderDefect.BadValues;
            }

            byte type = whole[at];
            int valueBytes = BinaryPrimitives.ReadUInt16BigEndian(whole[(at + 1)..]);
            at += ValueHeadBytes;
            if (valueBytes > whole.Length - at)
            {
                return ProxyHeaderDefect.BadValues;
            }

            if (type == ChecksumType)
            {
                if (hasChecksum || valueBytes != ChecksumBytes)
                {
                    return ProxyHeaderDefect.BadValues;
                }

                hasChecksum = true;
                if (BinaryPrimitives.ReadUInt32BigEndian(whole[at..]) != ChecksumOf(whole, at))
                {
                    return ProxyHeaderDefect.BadChecksum;
                }
            }

            at += valueBytes;
        }

        return ProxyHeaderDefect.None;
    }

    /// <summary>The CRC-32C of all bytes, with zeros where the checksum itself stands.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> whole, int checksumAt)
    {
        uint crc = Add(uint.MaxValue, whole[..checksumAt]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Add(crc, whole[(checksumAt + ChecksumBytes)..]);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte one in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
