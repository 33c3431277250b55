using System.Net.Sockets;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The ports that clients come to. Bound before anything is served, so that the start can fail; accepted at once they are when all else is ready.
/// That of rtsps can be another one later; whoever came by the old one stays.
/// </summary>
internal sealed class FrontendListeners(ProxyOptions options, ILogger log) : IDisposable
{
    private static readonly byte[] s_refusal = "RTSP/1.0 503 Service Unavailable\r\n\r\n"u8.ToArray();

    private readonly Lock _lock = new();
    private TcpPort? _rtsp;
    private TcpPort? _tunnel;

    /// <summary>Changed under the lock; null: there is no rtsps. Any thread reads it.</summary>
    private volatile TcpPort? _rtsps;

    /// <summary>
    /// The ports for rtsps of which <see cref="_rtsps"/> was the first that could be had. As long as they are wanted it stays, also when another one
    /// of them could be had by now. Changed with it.
    /// </summary>
    private IReadOnlyList<int> _rtspsWanted = options.RtspsPorts;

    /// <summary>Set once, under the lock, by <see cref="Start"/>.</summary>
    private Action<Socket, bool>? _accepted;

    /// <summary>Set once, under the lock: no port is changed any more.</summary>
    private bool _isOver;

    /// <summary>The RTSP port in use.</summary>
    public int RtspPort => _rtsp?.Port ?? 0;

    /// <summary>The port of rtsps, or 0. Any thread.</summary>
    public int RtspsPort => _rtsps?.Port ?? 0;

    /// <summary>The HTTP tunnel's own port, or 0.</summary>
    public int TunnelPort => _tunnel?.Port ?? 0;

    /// <summary>True where IPv4 clients can connect.</summary>
    public bool ListensOnIPv4 => _rtsp?.HasIPv4 ?? false;

    /// <summary>True where IPv6 clients can connect.</summary>
    public bool ListensOnIPv6 => _rtsp?.HasIPv6 ?? false;

    /// <summary>Begins to accept.</summary>
    /// <param name="accepted">Takes a socket, and whether its port is one of rtsps. On the socket engine's thread.</param>
    public void Start(Action<Socket, bool> accepted)
    {
        lock (_lock)
        {
            _accepted = accepted;
            _rtsp?.Start(socket => accepted(socket, false));
            _tunnel?.Start(socket => accepted(socket, false));
            _rtsps?.Start(socket => accepted(socket, true));
        }
    }

    /// <summary>Closes a connection for which there is no place, with a word where one can be said.</summary>
    public static void Refuse(in Arrival arrival) => TcpListenerSocket.Refuse(arrival.Socket, arrival.IsSecure ? [] : s_refusal);

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _rtsp?.Dispose();
            _tunnel?.Dispose();
            _rtsps?.Dispose();
        }
    }

    /// <summary>Takes the ports.</summary>
    /// <exception cref="ProxyStartException">One that nothing stands in for cannot be had.</exception>
    public void Bind()
    {
        string? failure = null;
        // A port of which one family is taken by another program is second choice: half of the clients would reach that program.
        foreach (bool whole in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (int port in HeldFirst(options.RtspPorts))
            {
                if (_rtsp is null && (_rtsp = Open(port, whole, isSecure: false, out SocketError error)) is null)
                {
                    failure ??= $"Failed to create RTSP server: bind() error (port number: {port}): {Why(error, port, "-p, rtsp.listen")}";
                }
            }
        }

        if (_rtsp is null)
        {
            throw new ProxyStartException(failure ?? "Failed to create RTSP server: no port to listen on was given");
        }

        foreach (int port in HeldFirst(options.TunnelPorts))
        {
            _tunnel ??= Open(port, whole: false, isSecure: false, out _);
        }

        _rtsps = OpenSecure(options.RtspsPorts);
    }

    /// <summary>
    /// The first of other ports for rtsps that can be had; it is open when this returns, and accepts when the change is made. No port: there is to be
    /// no rtsps any more.
    /// </summary>
    /// <exception cref="ProxyStartException">None of them can be had; nothing was changed.</exception>
    public SecurePortChange PrepareSecure(IReadOnlyList<int> ports) =>
        new(this, ports, ports.SequenceEqual(_rtspsWanted) ? _rtsps : OpenSecure(ports));

    /// <summary>Puts an open port in the place of the one before, which is closed.</summary>
    internal void ChangeSecure(IReadOnlyList<int> wanted, TcpPort? next)
    {
        lock (_lock)
        {
            _rtspsWanted = wanted;
            if (ReferenceEquals(next, _rtsps))
            {
                return;
            }

            TcpPort? old = _rtsps;
            _rtsps = next;
            if (_isOver)
            {
                next?.Dispose();
            }
            else if (next is not null && _accepted is { } accepted)
            {
                next.Start(socket => accepted(socket, true));
            }

            old?.Dispose();
        }
    }

    /// <summary>Gives back what <see cref="PrepareSecure"/> opened.</summary>
    internal void GiveBack(TcpPort? opened)
    {
        if (!ReferenceEquals(opened, _rtsps))
        {
            opened?.Dispose();
        }
    }

    /// <summary>
    /// The first port that can be had, or that we have; null: none is wanted. It was asked for, and nothing else takes its place: without one nothing
    /// is served.
    /// </summary>
    private TcpPort? OpenSecure(IReadOnlyList<int> ports)
    {
        string? failure = null;
        foreach (int port in HeldFirst(ports))
        {
            if (_rtsps is { } known && known.Port == port)
            {
                return known;
            }

            if (Open(port, whole: true, isSecure: true, out SocketError error) is { } opened)
            {
                return opened;
            }

            failure ??= $"The port {port} of rtsps cannot be had: {Why(error, port, "--rtsps, rtsps.listen")}";
        }

        return failure is null ? null : throw new ProxyStartException(failure);
    }

    /// <summary>The address is one for all of them.</summary>
    private static string Why(SocketError error, int port, string options) =>
        TcpPort.Why(error, port, error == SocketError.AddressNotAvailable ? "--bind, rtsp.listen" : options);

    /// <summary>A port of which the service manager holds the socket was meant by whoever set that up.</summary>
    private IEnumerable<int> HeldFirst(IReadOnlyList<int> ports) => ports.OrderByDescending(port => options.Held.Has(options.BindAddress, port));

    /// <summary>Whoever speaks TLS would not understand a word of refusal.</summary>
    private TcpPort? Open(int port, bool whole, bool isSecure, out SocketError error)
    {
        TcpPortSettings settings = new()
        {
            Refusal = isSecure ? [] : s_refusal,
            UnsentMarkBytes = UnsentMark.UnknownBytes,
            KeepAlive = FrontendLimits.KeepAlive,
            Dscp = options.FrontendDscp,
            Held = options.Held,
        };
        return TcpPort.TryOpen(options.BindAddress, port, whole, settings, log, out error);
    }
}
