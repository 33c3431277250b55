using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// Which addresses are this machine's own. The kernel's routing table is asked, not a list of interfaces: that is always the present answer, knows
/// local routes without an interface and the broadcast addresses of each network, and costs three system calls that wait for nobody. Any thread,
/// shards too.
/// </summary>
internal static class OwnAddresses
{
    /// <summary>Discard; nothing is sent, so any port does.</summary>
    private const int Port = 9;

    /// <summary>
    /// True where a packet to that address would not leave this machine for one other host: an own address, or a network's broadcast address.
    /// </summary>
    public static bool Contains(IPAddress address)
    {
        try
        {
            // connect(2) on a datagram socket looks the route up and sends nothing. The source address of a way to ourselves is the destination.
            using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address, Port));
            return socket.LocalEndPoint is IPEndPoint local && SameBytes(local.Address, address);
        }
        catch (SocketException e)
        {
            // EACCES: a broadcast address (ip(7), SO_BROADCAST). No route, a family that this machine lacks, no descriptor: a connection there fails
            // as well.
            return e.SocketErrorCode == SocketError.AccessDenied;
        }
    }

    /// <summary>Without the interface that a link-local address may carry.</summary>
    private static bool SameBytes(IPAddress one, IPAddress other)
    {
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        return one.TryWriteBytes(left, out int leftBytes) && other.TryWriteBytes(right, out int rightBytes)
            && left[..leftBytes].SequenceEqual(right[..rightBytes]);
    }
}
