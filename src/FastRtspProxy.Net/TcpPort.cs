using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>
/// One port that is listened to: at one address, or at every address of both families, with a listener for each. Opened first, so that it can fail;
/// begun when whoever comes can be served.
/// </summary>
internal sealed class TcpPort : IDisposable
{
    private readonly List<TcpListenerSocket> _listeners = [];

    private TcpPort(int port)
    {
        Port = port;
    }

    /// <summary>The port in use.</summary>
    public int Port { get; private set; }

    /// <summary>True where IPv4 clients can connect.</summary>
    public bool HasIPv4 { get; private set; }

    /// <summary>True where IPv6 clients can connect.</summary>
    public bool HasIPv6 { get; private set; }

    /// <summary>Listens; whoever connects waits until <see cref="Start"/>. Null: <paramref name="error"/> says why.</summary>
    /// <param name="address">One of the machine's; null: every address.</param>
    /// <param name="port">0: the kernel chooses.</param>
    /// <param name="whole">At every address: refused when another program has the port in either family; else one family is enough.</param>
    /// <param name="settings">What the accepted connections have.</param>
    /// <param name="log">For running out of descriptors.</param>
    /// <param name="error">Why not.</param>
    public static TcpPort? TryOpen(IPAddress? address, int port, bool whole, TcpPortSettings settings, ILogger log, out SocketError error)
    {
        error = SocketError.Success;
        TcpPort opened = new(port);

        // That of every IPv6 address may take IPv4 clients, too; then there is nothing left to open.
        foreach (IPAddress one in address is not null ? (IPAddress[])[address] : settings.Held.Has(IPAddress.IPv6Any, port)
            ? [IPAddress.IPv6Any, IPAddress.Any]
            : [IPAddress.Any, IPAddress.IPv6Any])
        {
            if (opened is { HasIPv4: true, HasIPv6: true })
            {
                break;
            }

            TcpListenerSocket? listener = Listen(one, opened.Port, settings, log, out bool takesBoth, out SocketError failed);
            if (listener is null)
            {
                error = error == SocketError.Success ? failed : error;
                continue;
            }

            opened.Port = listener.Port;
            opened._listeners.Add(listener);
            opened.HasIPv4 |= takesBoth || one.AddressFamily == AddressFamily.InterNetwork;
            opened.HasIPv6 |= one.AddressFamily == AddressFamily.InterNetworkV6;
        }

        if (opened._listeners.Count == 0 || (whole && error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied))
        {
            opened.Dispose();
            return null;
        }

        return opened;
    }

    /// <summary>Begins to accept, once.</summary>
    /// <param name="accepted">Takes a socket. On the socket engine's thread.</param>
    public void Start(Action<Socket> accepted) => _listeners.ForEach(listener => listener.Start(accepted));

    /// <summary>Why a port could not be had, in words for whoever asked for it.</summary>
    public static string Words(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.AccessDenied => "Permission denied",
        SocketError.AddressNotAvailable => "This machine has no such address",
        SocketError.TooManyOpenSockets => "out of descriptors; raise the limit (ulimit -n, LimitNOFILE=)",
        _ => error.ToString(),
    };

    private static TcpListenerSocket? Listen(
        IPAddress address, int port, TcpPortSettings settings, ILogger log, out bool takesBoth, out SocketError error)
    {
        return settings.Held.TryTake(address, port, out takesBoth) is { } held
            ? TcpListenerSocket.TryListenOn(held, log, settings.Refusal, out error, settings.UnsentMarkBytes, settings.KeepAlive, settings.Dscp)
            : TcpListenerSocket.TryListen(
                address, port, log, settings.Refusal, out error, settings.UnsentMarkBytes, settings.KeepAlive, settings.Dscp);
    }

    /// <summary>Nobody is accepted any more; connections that were accepted live on.</summary>
    public void Dispose() => _listeners.ForEach(static listener => listener.Dispose());
}
