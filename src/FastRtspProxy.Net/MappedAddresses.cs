using System.Net;

namespace FastRtspProxy.Net;

/// <summary>
/// IPv4 peers of a dual-stack socket come as IPv4-mapped IPv6 addresses (<c>::ffff:a.b.c.d</c>, RFC 4291 section 2.5.5.2). People, headers, networks
/// and comparisons want the IPv4 address itself: this is the one place that makes it.
/// </summary>
internal static class MappedAddresses
{
    /// <summary>The IPv4 address inside an IPv4-mapped one; any other address as it is.</summary>
    public static IPAddress Unmapped(this IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <inheritdoc cref="Unmapped(IPAddress)"/>
    public static IPEndPoint Unmapped(this IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
