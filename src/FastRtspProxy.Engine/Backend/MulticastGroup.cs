using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// A multicast group of a track: any source, or one source where the description filters (RFC 4570). Joined while its sockets are open.
/// </summary>
internal sealed record MulticastGroup(IPAddress Address, PortPair Ports, IPAddress? Source, int Ttl)
{
    /// <summary>ip(7): IP_ADD_SOURCE_MEMBERSHIP.</summary>
    private const int AddSourceMembership = 39;

    /// <summary>ip(7): IP_MULTICAST_ALL; 0: only the groups that this very socket joined.</summary>
    private const int MulticastAll = 49;

    /// <summary>ip(7): IP_MULTICAST_LOOP; ipv6(7): IPV6_MULTICAST_LOOP. 0: what this socket sends is not heard on this machine.</summary>
    private const int MulticastLoop = 34;

    /// <inheritdoc cref="MulticastLoop"/>
    private const int Ipv6MulticastLoop = 19;

    private const int IpLevel = 0;
    private const int Ipv6Level = 41;

    /// <summary>The group that a description names for a track; null: unicast. The port may still be 0.</summary>
    public static MulticastGroup? Of(SdpMedia media)
    {
        if (!IPAddress.TryParse(media.ConnectionAddress, out IPAddress? address) || !IsMulticast(address))
        {
            return null;
        }

        // The last port has none behind it for RTCP: it counts as none, and a pair is the answer's to name.
        int port = media.Port < ushort.MaxValue ? media.Port : 0;
        return new MulticastGroup(address, new PortPair(port, port + 1), SourceOf(media.SourceFilter), media.Ttl ?? 1);
    }

    /// <summary>The group with what the camera's answer says instead.</summary>
    public MulticastGroup With(TransportSpec answer) => this with
    {
        Address = IPAddress.TryParse(answer.Destination, out IPAddress? address) && IsMulticast(address) ? address : Address,
        Ports = answer.Port ?? answer.ServerPort ?? Ports,
        Ttl = answer.Ttl ?? Ttl,
    };

    /// <summary>A socket that receives that port of the group, and only it; null where the machine cannot.</summary>
    /// <param name="port">The port.</param>
    /// <param name="local">Our address towards the camera: the interface of the group.</param>
    /// <param name="sends">It also has to send.</param>
    public Socket? TryOpen(int port, IPAddress local, bool sends)
    {
        Socket? socket = null;
        try
        {
            // Another camera's group on the same port must never end up here (weakness 10 of LIVE555). A socket that only receives is bound to the
            // group's own address. One that sends cannot: the kernel would take a mapped group for its source address. It hears only its own groups
            // instead (IP_MULTICAST_ALL).
            bool isV4 = Address.AddressFamily == AddressFamily.InterNetwork;
            IPAddress bound = !isV4 || !Socket.OSSupportsIPv6 ? Address : sends ? IPAddress.IPv6Any : Address.MapToIPv6();
            socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (bound.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(bound, port));
            if (sends && isV4)
            {
                socket.SetRawSocketOption(IpLevel, MulticastAll, BitConverter.GetBytes(0));
            }

            // Reports that came back to this machine would pass for the camera's; a proxy beside this one has no use for them either.
            socket.SetRawSocketOption(isV4 ? IpLevel : Ipv6Level, isV4 ? MulticastLoop : Ipv6MulticastLoop, BitConverter.GetBytes(0));
            Join(socket, isV4, local);
            return socket;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    private void Join(Socket socket, bool isV4, IPAddress local)
    {
        if (!isV4)
        {
            long index = local.AddressFamily == AddressFamily.InterNetworkV6 ? local.ScopeId : 0;
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(Address, index));
            return;
        }

        // struct ip_mreq { group, interface } or ip_mreq_source { group, interface, source }, network order (ip(7)).
        Span<byte> request = stackalloc byte[12];
        Address.TryWriteBytes(request, out _);
        (local.AddressFamily == AddressFamily.InterNetwork ? local : IPAddress.Any).TryWriteBytes(request[4..], out _);
        const int AddMembership = 35;
        if (Source is { AddressFamily: AddressFamily.InterNetwork } source)
        {
            source.TryWriteBytes(request[8..], out _);
            socket.SetRawSocketOption(IpLevel, AddSourceMembership, request);
        }
        else
        {
            socket.SetRawSocketOption(IpLevel, AddMembership, request[..8]);
        }

        // The reports leave where the media comes in, not where the default route points.
        const int MulticastInterface = 32;
        socket.SetRawSocketOption(IpLevel, MulticastInterface, request.Slice(4, 4));
        const int MulticastTtl = 33;
        socket.SetRawSocketOption(IpLevel, MulticastTtl, BitConverter.GetBytes(Math.Clamp(Ttl, 1, 255)));
    }

    private static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : (address.GetAddressBytes()[0] & 0xF0) == 0xE0;

    /// <summary>RFC 4570: <c>incl IN IP4 group source</c>.</summary>
    private static IPAddress? SourceOf(string? filter)
    {
        string[] words = filter?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length >= 5 && words[0].Equals("incl", StringComparison.OrdinalIgnoreCase) && IPAddress.TryParse(words[4], out IPAddress? source)
            ? source
            : null;
    }
}
