using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Startup;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>
/// One port that is listened to: at one address, or at every address of both families, with a listener for each. Opened first, so that it can fail;
/// begun when whoever comes can be served.
/// </summary>
internal sealed class TcpPort : IDisposable
{
    /// <summary>Below it a port takes a capability (ip(7), ip_unprivileged_port_start).</summary>
    private const int FirstUnprivileged = 1024;

    private readonly List<TcpListenerSocket> _listeners = [];

    private readonly HeldSockets _held;

    /// <summary>Those of the listeners whose sockets are held by the service manager; given back once, by the first <see cref="Dispose"/>.</summary>
    private List<IPAddress> _taken = [];

    private TcpPort(int port, HeldSockets held)
    {
        Port = port;
        _held = held;
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
        TcpPort opened = new(port, settings.Held);

        // That of every IPv6 address may take IPv4 clients, too; then there is nothing left to open.
        foreach (IPAddress one in address is not null ? (IPAddress[])[address] : settings.Held.Has(IPAddress.IPv6Any, port)
            ? [IPAddress.IPv6Any, IPAddress.Any]
            : [IPAddress.Any, IPAddress.IPv6Any])
        {
            if (opened is { HasIPv4: true, HasIPv6: true })
            {
                break;
            }

            TcpListenerSocket? listener = opened.Listen(one, settings, log, out bool takesBoth, out SocketError failed);
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

    /// <summary>Why a port could not be had, and the remedy, for whoever asked for it; without a full stop.</summary>
    /// <param name="error">Why not.</param>
    /// <param name="port">The port.</param>
    /// <param name="options">What names another one: an option, a key.</param>
    public static string Why(SocketError error, int port, string options) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Address already in use. Remedy: end the program that has the port (ss -ltnp 'sport = :{port}' names it), "
            + $"or take another one ({options})",
        SocketError.AccessDenied when port < FirstUnprivileged =>
            $"Permission denied. Remedy: a port from {FirstUnprivileged} on ({options}), or the right to lower ones "
                + "(AmbientCapabilities=CAP_NET_BIND_SERVICE of a service, or setcap cap_net_bind_service=+ep)",
        SocketError.AccessDenied => $"Permission denied. Remedy: another port ({options})",
        SocketError.AddressNotAvailable => $"This machine has no such address. Remedy: one that \"ip address\" lists ({options})",
        SocketError.TooManyOpenSockets => "out of descriptors. Remedy: raise the limit (ulimit -n, LimitNOFILE=)",
        _ => $"{error}. Remedy: another one ({options})",
    };

    private TcpListenerSocket? Listen(IPAddress address, TcpPortSettings settings, ILogger log, out bool takesBoth, out SocketError error)
    {
        if (_held.TryTake(address, Port, out takesBoth) is not { } held)
        {
            return TcpListenerSocket.TryListen(
                address, Port, log, settings.Refusal, out error, settings.UnsentMarkBytes, settings.KeepAlive, settings.Dscp);
        }

        _taken.Add(address);
        return TcpListenerSocket.TryListenOn(held, log, settings.Refusal, out error, settings.UnsentMarkBytes, settings.KeepAlive, settings.Dscp);
    }

    /// <summary>Nobody is accepted any more; connections that were accepted live on.</summary>
    public void Dispose()
    {
        _listeners.ForEach(static listener => listener.Dispose());
        Interlocked.Exchange(ref _taken, []).ForEach(address => _held.GiveBack(address, Port));
    }
}
