using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>Pairs of UDP ports as RFC 3550 section 11 wants them: RTP even, RTCP the next.</summary>
internal static class UdpPorts
{
    private const int EphemeralTries = 200;

    /// <summary>Binds a pair. <paramref name="bind"/> null: every address, IPv4 and IPv6 on one socket where the machine has IPv6.</summary>
    public static bool TryBindPair(IPAddress? bind, PortRange range, [NotNullWhen(true)] out Socket? rtp, [NotNullWhen(true)] out Socket? rtcp)
    {
        if (range.First == 0)
        {
            return TryBindEphemeral(bind, out rtp, out rtcp);
        }

        for (int port = range.First + (range.First & 1); port + 1 <= range.Last; port += 2)
        {
            rtp = TryBind(bind, port);
            if (rtp is null)
            {
                continue;
            }

            rtcp = TryBind(bind, port + 1);
            if (rtcp is not null)
            {
                return true;
            }

            rtp.Dispose();
        }

        rtp = rtcp = null;
        return false;
    }

    /// <summary>A UDP socket on a port, dual-stack where possible; null when it cannot be had.</summary>
    public static Socket? TryBind(IPAddress? bind, int port)
    {
        Socket? socket = null;
        try
        {
            if (bind is null || bind.AddressFamily == AddressFamily.InterNetworkV6)
            {
                if (Socket.OSSupportsIPv6)
                {
                    socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = bind is null };
                    socket.Bind(new IPEndPoint(bind ?? IPAddress.IPv6Any, port));
                    return socket;
                }

                bind ??= IPAddress.Any;
            }

            // A dual-stack socket bound to an IPv4-mapped address sends and receives IPv4 only, in the one address form that we use.
            if (Socket.OSSupportsIPv6)
            {
                socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
                socket.Bind(new IPEndPoint(bind.MapToIPv6(), port));
                return socket;
            }

            socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(bind, port));
            return socket;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    private static bool TryBindEphemeral(IPAddress? bind, [NotNullWhen(true)] out Socket? rtp, [NotNullWhen(true)] out Socket? rtcp)
    {
        for (int i = 0; i < EphemeralTries; i++)
        {
            rtp = TryBind(bind, 0);
            if (rtp is null)
            {
                break;
            }

            int port = ((IPEndPoint)rtp.LocalEndPoint!).Port;
            if ((port & 1) == 0)
            {
                rtcp = TryBind(bind, port + 1);
            }
            else
            {
                // The kernel gave an odd one: it becomes the RTCP port if the even one below is free.
                rtcp = rtp;
                rtp = TryBind(bind, port - 1);
            }

            if (rtp is not null && rtcp is not null)
            {
                return true;
            }

            rtp?.Dispose();
            rtcp?.Dispose();
        }

        rtp = rtcp = null;
        return false;
    }
}
