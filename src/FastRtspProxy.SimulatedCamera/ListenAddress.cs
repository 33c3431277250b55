using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>What is said of the address that a camera listens on.</summary>
internal static class ListenAddress
{
    /// <summary>As the host of a URL that works on this machine. All addresses are those of one family, as the listener is of one.</summary>
    public static string HostOf(IPAddress bind) =>
        bind.Equals(IPAddress.Any) ? "127.0.0.1"
        : bind.Equals(IPAddress.IPv6Any) ? "[::1]"
        : bind.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{bind}]"
        : bind.ToString();

    /// <summary>Why nobody can listen there, with what helps.</summary>
    public static string Refusal(IPAddress bind, int port, SocketError error)
    {
        string remedy = error switch
        {
            SocketError.AddressNotAvailable => "it is no address of this machine.",
            SocketError.AccessDenied => "a port below 1024 is for root, or for who has CAP_NET_BIND_SERVICE.",
            _ => "is another server there? Port 0 takes any free one.",
        };
        return $"cannot listen on {bind} port {port}: {error}; {remedy}";
    }
}
