using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The ports that clients come to. Bound before anything is served, so that the start can fail; accepted at once they are when all else is ready.
/// </summary>
internal sealed class FrontendListeners(ProxyOptions options, ILogger log) : IDisposable
{
    private static readonly byte[] s_refusal = "RTSP/1.0 503 Service Unavailable\r\n\r\n"u8.ToArray();

    /// <summary>Those of the ports in the clear.</summary>
    private readonly List<TcpListenerSocket> _plain = [];

    /// <summary>Those whose connections begin with a TLS handshake.</summary>
    private readonly List<TcpListenerSocket> _secure = [];

    /// <summary>The RTSP port in use.</summary>
    public int RtspPort { get; private set; }

    /// <summary>The port of rtsps, or 0.</summary>
    public int RtspsPort { get; private set; }

    /// <summary>The HTTP tunnel's own port, or 0.</summary>
    public int TunnelPort { get; private set; }

    /// <summary>True where IPv4 clients can connect.</summary>
    public bool ListensOnIPv4 { get; private set; }

    /// <summary>True where IPv6 clients can connect.</summary>
    public bool ListensOnIPv6 { get; private set; }

    /// <summary>Begins to accept.</summary>
    /// <param name="accepted">Takes a socket, and whether its port is one of rtsps. On the socket engine's thread.</param>
    public void Start(Action<Socket, bool> accepted)
    {
        _plain.ForEach(listener => listener.Start(socket => accepted(socket, false)));
        _secure.ForEach(listener => listener.Start(socket => accepted(socket, true)));
    }

    /// <summary>Closes a connection for which there is no place, with a word where one can be said.</summary>
    public static void Refuse(in Arrival arrival) => TcpListenerSocket.Refuse(arrival.Socket, arrival.IsSecure ? [] : s_refusal);

    public void Dispose()
    {
        _plain.ForEach(static listener => listener.Dispose());
        _secure.ForEach(static listener => listener.Dispose());
    }

    /// <summary>Takes the ports.</summary>
    /// <param name="withTls">There are certificates, so one for rtsps as well.</param>
    /// <exception cref="ProxyStartException">One that nothing stands in for cannot be had.</exception>
    public void Bind(bool withTls)
    {
        string? failure = null;
        // A port of which one family is taken by another program is second choice: half of the clients would reach that program.
        foreach (bool whole in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (int port in options.RtspPorts)
            {
                if (Listen(port, _plain, whole, out int bound, out bool v4, out bool v6, out SocketError error))
                {
                    (RtspPort, ListensOnIPv4, ListensOnIPv6) = (bound, v4, v6);
                    break;
                }

                failure ??= $"Failed to create RTSP server: bind() error (port number: {port}): {Words(error)}";
            }

            if (RtspPort != 0)
            {
                break;
            }
        }

        if (RtspPort == 0)
        {
            throw new ProxyStartException(failure ?? "Failed to create RTSP server: no port to listen on was given");
        }

        foreach (int port in options.TunnelPorts)
        {
            if (Listen(port, _plain, whole: false, out int bound, out _, out _, out _))
            {
                TunnelPort = bound;
                break;
            }
        }

        if (withTls)
        {
            BindSecure();
        }
    }

    /// <summary>The first port of rtsps that can be had. It was asked for, and nothing else takes its place: without one nothing is served.</summary>
    private void BindSecure()
    {
        string? failure = null;
        foreach (int port in options.RtspsPorts)
        {
            if (Listen(port, _secure, whole: true, out int bound, out _, out _, out SocketError error))
            {
                RtspsPort = bound;
                return;
            }

            failure ??= $"The port {port} of rtsps cannot be had: {Words(error)}. Remedy: another one (--rtsps, rtsps.listen)";
        }

        throw new ProxyStartException(failure ?? "There are certificates for rtsps, and no port to listen on was given");
    }

    /// <summary>
    /// Listens on both families where the machine has them, each with a listener of its own. With <paramref name="whole"/> the port is refused when
    /// another program has it in either family; without it, one family is enough.
    /// </summary>
    private bool Listen(
        int port, List<TcpListenerSocket> listeners, bool whole, out int bound, out bool v4, out bool v6, out SocketError error)
    {
        bound = port;
        v4 = v6 = false;
        error = SocketError.Success;
        List<TcpListenerSocket> opened = [];
        byte[] refusal = listeners == _secure ? [] : s_refusal; // whoever speaks TLS would not understand it
        IPAddress[] addresses = options.BindAddress is { } one ? [one] : [IPAddress.Any, IPAddress.IPv6Any];
        foreach (IPAddress address in addresses)
        {
            TcpListenerSocket? listener = TcpListenerSocket.TryListen(
                address, bound, log, refusal, out SocketError failed, UnsentMark.UnknownBytes, FrontendLimits.KeepAlive, options.FrontendDscp);
            if (listener is null)
            {
                error = error == SocketError.Success ? failed : error;
                continue;
            }

            bound = listener.Port;
            opened.Add(listener);
            v4 |= address.AddressFamily == AddressFamily.InterNetwork;
            v6 |= address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        if (opened.Count == 0 || (whole && error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied))
        {
            opened.ForEach(static listener => listener.Dispose());
            return false;
        }

        listeners.AddRange(opened);
        return true;
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.AccessDenied => "Permission denied",
        SocketError.TooManyOpenSockets => "out of descriptors; raise the limit (ulimit -n, LimitNOFILE=)",
        _ => error.ToString(),
    };
}
