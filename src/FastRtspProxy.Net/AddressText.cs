using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>Addresses as they are written for others to read.</summary>
internal static class AddressText
{
    /// <summary>For a peer: without the zone of an IPv6 address, which means something on this machine only (RFC 6874 section 1).</summary>
    public static string ForPeer(IPAddress address) => HasZone(address) ? new IPAddress(address.GetAddressBytes()).ToString() : address.ToString();

    /// <summary>As the host of a URL, for a peer.</summary>
    public static string HostForPeer(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ForPeer(address)}]" : address.ToString();

    /// <summary>A host as a URL and a <c>Host</c> header have it (RFC 3986 section 3.2.2): brackets around an IPv6 address, and no zone.</summary>
    public static string HostForPeer(string host) => IPAddress.TryParse(host, out IPAddress? address) ? HostForPeer(address) : host;

    /// <summary>A host and a port in a sentence: an IPv6 address in brackets and with its zone, for <c>::1:554</c> is another address.</summary>
    public static string WithPort(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>An address that a peer named: link-local, it is on the link of the peer's own address.</summary>
    public static IPAddress OnLinkOf(IPAddress named, IPAddress peer) =>
        named is { IsIPv6LinkLocal: true, ScopeId: 0 } && peer is { IsIPv6LinkLocal: true, ScopeId: > 0 }
            ? new IPAddress(named.GetAddressBytes(), peer.ScopeId)
            : named;

    private static bool HasZone(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0;
}
