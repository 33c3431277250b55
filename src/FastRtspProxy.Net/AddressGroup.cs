using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// What counts as one address where clients are counted: an IPv4 address, mapped or not, and the /64 of an IPv6 one, because that is what one host or
/// household has (RFC 6177), and any of its 2^64 addresses costs nothing. The scope tells the links apart: on each, fe80::/64 is somebody else's.
/// </summary>
internal readonly record struct AddressGroup(ulong Bits, long Scope, bool IsIPv4)
{
    public static AddressGroup Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address = address.Unmapped();
        _ = address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return new AddressGroup(BinaryPrimitives.ReadUInt64BigEndian(bytes), address.ScopeId, IsIPv4: false);
        }

        return new AddressGroup(BinaryPrimitives.ReadUInt32BigEndian(bytes), Scope: 0, IsIPv4: true);
    }
}
