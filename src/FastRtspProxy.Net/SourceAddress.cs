using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// Which of our addresses datagrams leave from. A client spoke to one of them, and its firewall, its NAT and strict players take nothing from another
/// one; the kernel takes the one that its routes prefer. Where these differ (secondary addresses, VRRP, a VPN, Debian's 127.0.1.1), each message
/// carries the right one.
/// </summary>
internal static unsafe class SourceAddress
{
    /// <summary>CMSG_SPACE(sizeof(struct in6_pktinfo)), the larger of the two forms.</summary>
    public const int ControlBytes = 40;

    /// <summary>sizeof(struct in6_pktinfo), ipv6(7).</summary>
    private const int IPv6InfoBytes = 20;

    /// <summary>sizeof(struct in_pktinfo), ip(7).</summary>
    private const int IPv4InfoBytes = 12;

    private const int DiscardPort = 9;

    /// <summary>The address that messages to this peer must name, with port 0; empty where the kernel takes it of itself.</summary>
    /// <param name="local">The address that the peer spoke to.</param>
    /// <param name="peer">Its own address.</param>
    /// <param name="bound">What our sockets are bound to, when that is an address: they send from there anyway. Null: to none.</param>
    public static PeerAddress ToName(IPAddress local, IPAddress peer, IPAddress? bound)
    {
        PeerAddress wanted = PeerAddress.From(local, 0);
        if (bound is not null && PeerAddress.From(bound, 0).SameAddress(wanted))
        {
            return default;
        }

        try
        {
            // No datagram goes out: connect(2) of a UDP socket asks for the route and its source.
            using Socket probe = new(peer.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(new IPEndPoint(peer, DiscardPort));
            return PeerAddress.From(((IPEndPoint)probe.LocalEndPoint!).Address, 0).SameAddress(wanted) ? default : wanted;
        }
        catch (SocketException)
        {
            return wanted; // no route at this moment, or no socket left: it is named, to be sure
        }
    }

    /// <summary>
    /// Writes the control message that names a source; how many bytes it takes. The memory is aligned to eight bytes, and was cleared.
    /// </summary>
    public static int WriteControl(byte* control, in PeerAddress source)
    {
        ControlHeader* header = (ControlHeader*)control;
        byte* info = control + sizeof(ControlHeader);
        Span<byte> address = stackalloc byte[PeerAddress.AddressBytes];
        source.CopyAddress(address);
        if (Socket.OSSupportsIPv6)
        {
            // The kernel takes IPv4-mapped addresses here for IPv4 peers. The interface stays open: routes choose it, and a link-local peer's address
            // has it.
            header->Bytes = sizeof(ControlHeader) + IPv6InfoBytes;
            header->Level = LinuxConstants.IpV6Protocol;
            header->Type = LinuxConstants.IpV6PacketInfo;
            address.CopyTo(new Span<byte>(info, PeerAddress.AddressBytes));
            return ControlBytes;
        }

        header->Bytes = sizeof(ControlHeader) + IPv4InfoBytes;
        header->Level = LinuxConstants.IpProtocol;
        header->Type = LinuxConstants.IpPacketInfo;
        address[12..].CopyTo(new Span<byte>(info + 4, 4)); // ipi_spec_dst
        return sizeof(ControlHeader) + 16;
    }
}
