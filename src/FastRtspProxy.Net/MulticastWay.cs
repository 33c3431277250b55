using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>How datagrams to a multicast group leave this machine.</summary>
/// <param name="Group">Where they go.</param>
/// <param name="Ttl">How many routers may pass them on, and one more: 1 to 255; IPv6: the hop limit.</param>
/// <param name="InterfaceIndex">Which interface they leave by; 0: the one that the routes name.</param>
/// <param name="Source">The address that they come from.</param>
internal sealed record MulticastWay(IPAddress Group, int Ttl, int InterfaceIndex, IPAddress Source)
{
    /// <summary>Discard; nothing is sent, so any port does.</summary>
    private const int Port = 9;

    /// <summary>The way to a group as it is now. Any thread; looks routes up, and sends nothing.</summary>
    /// <param name="group">A multicast address.</param>
    /// <param name="ttl">1 to 255.</param>
    /// <param name="interfaceName">An interface by its name, or by an address of it; null: as the routes say.</param>
    /// <param name="bound">What the sockets are bound to; null: nothing.</param>
    /// <param name="problem">Why there is none, as the rest of a sentence.</param>
    /// <returns>Null: there is none.</returns>
    public static MulticastWay? Find(IPAddress group, int ttl, string? interfaceName, IPAddress? bound, out string problem)
    {
        problem = "";
        IPAddress? from = bound is not null && bound.AddressFamily == group.AddressFamily ? bound : null;
        int index = 0;
        if (IPAddress.TryParse(interfaceName, out IPAddress? address))
        {
            if (address.AddressFamily != group.AddressFamily)
            {
                problem = $"the interface is named by {address}, which is of the other family: give its name";
                return null;
            }

            from = address;
            index = address.AddressFamily == AddressFamily.InterNetworkV6 ? IndexOf(address) : 0;
        }
        else if (interfaceName is not null)
        {
            index = (int)Libc.InterfaceIndex(interfaceName);
        }

        // An IPv4 interface is found by its address when the way is tried.
        if (interfaceName is not null && index == 0 && address is not { AddressFamily: AddressFamily.InterNetwork })
        {
            problem = $"this machine has no interface {interfaceName}";
            return null;
        }

        MulticastWay way = new(group, ttl, index, from ?? (group.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any));
        try
        {
            using Socket probe = new(group.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (!way.TryPrepare(SocketSetup.Fd(probe)))
            {
                problem = $"this machine has no interface with the address {from}";
                return null;
            }

            probe.Connect(new IPEndPoint(group, Port));
            IPAddress source = ((IPEndPoint)probe.LocalEndPoint!).Address;
            return way with { Source = source.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(source.GetAddressBytes()) : source };
        }
        catch (SocketException e)
        {
            string name = ErrorName.Of(ErrorName.ErrnoOf(e.SocketErrorCode));
            problem = $"this machine has no route there ({name}): name the interface (multicast.interface), or add a route";
            return null;
        }
    }

    /// <summary>
    /// What a socket sends to groups goes this way from now on, and is heard on this machine too: a player may be here. False: the kernel refuses.
    /// </summary>
    public unsafe bool TryPrepare(int fd)
    {
        if (Group.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return (InterfaceIndex == 0 || Set(LinuxConstants.IpV6MulticastInterface, InterfaceIndex))
                && Set(LinuxConstants.IpV6MulticastHops, Ttl) && Set(LinuxConstants.IpV6MulticastLoop, 1);

            bool Set(int option, int value) => SocketSetup.TrySet(fd, LinuxConstants.IpV6Protocol, option, value);
        }

        const int RequestBytes = 12; // struct ip_mreqn: group, address, index (ip(7))
        byte* request = stackalloc byte[RequestBytes];
        Span<byte> fields = new(request, RequestBytes);
        fields.Clear();
        Source.TryWriteBytes(fields[4..], out _);
        int index = InterfaceIndex;
        MemoryMarshal.Write(fields[8..], in index);
        bool isChosen = index != 0 || !Source.Equals(IPAddress.Any);
        return (!isChosen || Libc.SetSocketOption(fd, LinuxConstants.IpProtocol, LinuxConstants.IpMulticastInterface, request, RequestBytes) == 0)
            && SocketSetup.TrySet(fd, LinuxConstants.IpProtocol, LinuxConstants.IpMulticastTtl, Ttl)
            && SocketSetup.TrySet(fd, LinuxConstants.IpProtocol, LinuxConstants.IpMulticastLoop, 1);
    }

    /// <summary>Of the interface with an IPv6 address; 0: none has it. proc(5), /proc/net/if_inet6.</summary>
    private static int IndexOf(IPAddress address)
    {
        if (address.ScopeId != 0)
        {
            return (int)address.ScopeId;
        }

        try
        {
            string digits = Convert.ToHexStringLower(address.GetAddressBytes());
            foreach (string line in File.ReadLines("/proc/net/if_inet6"))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 1 && words[0] == digits)
                {
                    return int.Parse(words[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return 0;
    }
}
