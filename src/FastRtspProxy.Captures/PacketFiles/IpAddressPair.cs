using System.Net;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>Who sent a packet, and to whom; addresses of IPv4 are mapped to IPv6.</summary>
internal readonly record struct IpAddressPair(UInt128 From, UInt128 To)
{
    public static UInt128 Of(ReadOnlySpan<byte> address)
    {
        UInt128 value = address.Length == 4 ? 0xFFFFU : 0U;
        foreach (byte one in address)
        {
            value = (value << 8) | one;
        }

        return value;
    }

    /// <summary>The framework's form.</summary>
    public static IPAddress ToAddress(UInt128 address)
    {
        byte[] bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        IPAddress whole = new(bytes);
        return whole.IsIPv4MappedToIPv6 ? whole.MapToIPv4() : whole;
    }
}
