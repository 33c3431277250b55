using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What counts as one address where clients are counted: an IPv4 address, and the /64 of an IPv6 one, because that is what one host or household has (RFC 6177), and any of
/// its 2^64 addresses costs nothing.
/// </summary>
internal static class AddressGroup
{
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], 0);

        // The scope tells the links apart: on each, fe80::/64 is somebody else's.
        return new IPAddress(bytes, address.ScopeId);
    }
}
