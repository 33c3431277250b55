using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace FastRtspProxy.TestPeers;

/// <summary>Writes PROXY headers as balancers do, and as they do not.</summary>
internal static class ProxyHeaders
{
    public const byte Proxy = 0x21;

    public const byte Local = 0x20;

    public static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Version 1 for an IPv4 or IPv6 client.</summary>
    public static byte[] Text(string source, string destination = "198.51.100.1", int sourcePort = 56_324, int destinationPort = 554)
    {
        string family = source.Contains(':', StringComparison.Ordinal) ? "TCP6" : "TCP4";
        return Encoding.ASCII.GetBytes($"PROXY {family} {source} {destination} {sourcePort} {destinationPort}\r\n");
    }

    /// <summary>Version 2 for an IPv4 or IPv6 client, with values behind the addresses.</summary>
    public static byte[] Binary(string source, string destination = "198.51.100.1", int sourcePort = 56_324, int destinationPort = 554, params byte[][] values)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes();
        byte[] to = IPAddress.Parse(destination).GetAddressBytes();
        byte[] ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), (ushort)destinationPort);
        return Raw(Proxy, from.Length == 4 ? (byte)0x11 : (byte)0x21, [.. from, .. to, .. ports, .. values.SelectMany(static value => value)]);
    }

    /// <summary>Version 2 with whatever stands behind the length.</summary>
    public static byte[] Raw(byte versionAndCommand, byte family, byte[] rest) =>
        [.. Signature, versionAndCommand, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    /// <summary>A value of version 2.</summary>
    public static byte[] Value(byte type, params byte[] bytes) => [type, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];

    /// <summary>The header with the right checksum in its first value of the checksum's type, which has to be there.</summary>
    public static byte[] WithChecksum(byte[] header)
    {
        int at = header.AsSpan().IndexOf("\u0003\0\u0004\0\0\0\0"u8) + 3;
        uint crc = uint.MaxValue;
        foreach (byte one in header)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0x82F63B78 & (0 - (crc & 1)));
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(at), ~crc);
        return header;
    }
}
