using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who guesses: an IPv4 address, mapped or not, or the /64 of an IPv6 address, of which any machine has 2^64 addresses to itself (RFC 4862).</summary>
internal readonly record struct GuesserKey(ulong Bits, bool IsIPv4)
{
    public static GuesserKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            _ = address.TryWriteBytes(bytes, out _);
            return new GuesserKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsIPv4: false);
        }

        _ = address.MapToIPv4().TryWriteBytes(bytes, out _);
        return new GuesserKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsIPv4: true);
    }
}
