using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Net.Startup;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>
/// Listens on one address and family and hands accepted sockets on, on the socket engine's thread. When the process runs out of descriptors, a
/// reserve descriptor is given up for long enough to take the connection, say no, and close it: nobody waits in the backlog for ever. What goes wrong
/// again and again is tried a few times a second only.
/// </summary>
internal sealed class TcpListenerSocket : IDisposable
{
    /// <summary>SOMAXCONN of Linux since 5.4.</summary>
    private const int Backlog = 4096;

    /// <summary>
    /// A connection that was reset while it waited fails once, so such failures come at the rate of the connections; more in a row than this mean
    /// that the machine cannot accept.
    /// </summary>
    private const int FailuresAtOnceMax = 16;

    /// <summary>Connections that are accepted before the thread does something else.</summary>
    private const int AcceptedInARowMax = 64;

    /// <summary>The pause after failures. Whoever waits in the backlog hardly notices it, and ten attempts a second cost nothing.</summary>
    private const int PauseMillis = 100;

    private const long SayMillis = 10_000;

    private readonly Acceptance _accept;
    private readonly ILogger _log;
    private readonly byte[] _refusal;
    private readonly Timer _pause;
    private Action<Socket>? _accepted;
    private Socket? _reserve = NewReserve();
    private long _failures;
    private long _refused;
    private int _failuresInARow;
    private long _saidMillis = -SayMillis;

    /// <summary>
    /// Set once, before the socket is disposed; pairs with the look in AcceptLoop. A loop that looks too early finds a disposed socket instead, and
    /// ends by that.
    /// </summary>
    private volatile bool _disposed;

    /// <summary>Takes a socket over that listens already.</summary>
    internal TcpListenerSocket(Socket socket, ILogger log, byte[] refusal)
        : this(ended => new OwnAcceptance(socket, ended), log, refusal)
    {
    }

    private TcpListenerSocket(Func<Action, Acceptance> acceptance, ILogger log, byte[] refusal)
    {
        _log = log;
        _refusal = refusal;
        _pause = new Timer(_ => AcceptLoop(completed: false));
        _accept = acceptance(() => AcceptLoop(completed: true));
    }

    /// <summary>Attempts to accept that failed, for whatever cause. Any thread.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The bound port.</summary>
    public int Port => ((IPEndPoint)_accept.Listening.LocalEndPoint!).Port;

    /// <summary>
    /// Binds and listens on one address; IPv6 listeners take IPv6 only. Null: <paramref name="error"/> says why. Connections of an earlier process in
    /// TIME_WAIT do not matter (SO_REUSEADDR); another listener does.
    /// </summary>
    /// <param name="address">Any, IPv6Any, or one of the machine's.</param>
    /// <param name="port">0: the kernel chooses.</param>
    /// <param name="log">For running out of descriptors.</param>
    /// <param name="refusal">What a client is told when there is no descriptor for it.</param>
    /// <param name="error">Why not.</param>
    /// <param name="unsentMarkBytes">What may wait unsent in the kernel for each connection (<see cref="UnsentMark"/>), inherited as well; 0: as much
    /// as its buffer holds.</param>
    /// <param name="keepAlive">When a silent peer is found dead, inherited as well; null: never.</param>
    /// <param name="dscp">The class of all packets, inherited as well; null: as the system does.</param>
    public static TcpListenerSocket? TryListen(
        IPAddress address, int port, ILogger log, byte[] refusal, out SocketError error,
        int unsentMarkBytes = 0, KeepAlive? keepAlive = null, int? dscp = null)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            // Not by SocketOptionName.ReuseAddress: the framework would set SO_REUSEPORT with it, and two servers would share the port without a
            // word.
            _ = SocketSetup.TrySet(SocketSetup.Fd(socket), LinuxConstants.SolSocket, LinuxConstants.SoReuseAddress, 1);

            Prepare(socket, unsentMarkBytes, keepAlive, dscp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            error = SocketError.Success;
            return new TcpListenerSocket(socket, log, refusal);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            error = e.SocketErrorCode;
            return null;
        }
    }

    /// <summary>
    /// As <see cref="TryListen"/>, on a socket that is held for us, and stays open. Null: <paramref name="error"/> says why.
    /// </summary>
    public static TcpListenerSocket? TryListenOn(
        HeldSocket held, ILogger log, byte[] refusal, out SocketError error, int unsentMarkBytes = 0, KeepAlive? keepAlive = null, int? dscp = null)
    {
        try
        {
            Prepare(held.Listening, unsentMarkBytes, keepAlive, dscp);
            held.Listening.Listen(Backlog);
            error = SocketError.Success;
            return new TcpListenerSocket(ended => new HeldAcceptance(held, ended), log, refusal);
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
            return null;
        }
    }

    /// <summary>Begins to accept.</summary>
    public void Start(Action<Socket> accepted)
    {
        _accepted = accepted;
        _accept.Start(accepted);
        AcceptLoop(completed: false);
    }

    /// <summary>Says no to a client that was accepted, as far as it can be said at once, and closes.</summary>
    public static void Refuse(Socket socket, byte[] refusal)
    {
        try
        {
            socket.Blocking = false;
            _ = socket.Send(refusal, SocketFlags.None, out _);
        }
        catch (SocketException)
        {
            // The client has gone already.
        }

        socket.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        _pause.Dispose();
        _accept.Dispose();
        _reserve?.Dispose();
    }

    /// <summary>Inherited by the accepted ones, before the first segment: the window scale is agreed on in the handshake.</summary>
    private static void Prepare(Socket socket, int unsentMarkBytes, KeepAlive? keepAlive, int? dscp)
    {
        SocketSetup.PrepareTcpSending(socket);
        SocketSetup.SetTrafficClass(socket, dscp);
        if (unsentMarkBytes > 0)
        {
            SocketSetup.SetUnsentMark(SocketSetup.Fd(socket), unsentMarkBytes);
        }

        if (keepAlive is { } probes)
        {
            SocketSetup.SetKeepAlive(SocketSetup.Fd(socket), probes);
        }
    }

    private static Socket? NewReserve()
    {
        try
        {
            return new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Takes completions until one is pending, or nothing can be taken for now.</summary>
    private void AcceptLoop(bool completed)
    {
        try
        {
            // A flood of connections must not keep the socket engine's thread from the completions of those that are there.
            for (int accepted = 0; !_disposed; accepted++)
            {
                if (accepted == AcceptedInARowMax)
                {
                    _pause.Change(1, Timeout.Infinite);
                    return;
                }

                if (!completed && _accept.Begin())
                {
                    return;
                }

                completed = false;
                if (_disposed)
                {
                    break; // what came meanwhile is for who listens next
                }

                if (!OnAccepted())
                {
                    _pause.Change(PauseMillis, Timeout.Infinite);
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Dispose while accepting: the end of the loop.
        }

        if (_disposed)
        {
            _accept.Leave();
        }
    }

    /// <summary>False: there is no use in another attempt at once.</summary>
    private bool OnAccepted()
    {
        if (_accept.Take() is { } socket)
        {
            _failuresInARow = 0;
            _reserve ??= NewReserve();
            if (_reserve is null)
            {
                Refuse(socket);
                _reserve = NewReserve();
            }
            else
            {
                _accepted!(socket);
            }

            return true;
        }

        Interlocked.Increment(ref _failures);
        if (_accept.Error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable && _reserve is not null)
        {
            // accept(2) reports the want of descriptors also while no client waits. The reserve is kept until one does: if it were given up earlier,
            // something else would take the descriptor.
            if (!_accept.Listening.Poll(0, SelectMode.SelectRead))
            {
                return false;
            }

            _reserve.Dispose();
            _reserve = null;
            return true;
        }

        // A connection that was reset while it waited, or a listener that is of no use now.
        if (_reserve is not null && ++_failuresInARow < FailuresAtOnceMax)
        {
            return true;
        }

        _reserve ??= NewReserve();
        if (IsTimeToSay())
        {
            NetLog.AcceptFails(_log, Port, _accept.Error, _failures);
        }

        return false;
    }

    private bool IsTimeToSay()
    {
        long now = Environment.TickCount64;
        if (now - _saidMillis < SayMillis)
        {
            return false;
        }

        _saidMillis = now;
        return true;
    }

    private void Refuse(Socket socket)
    {
        _refused++;
        if (IsTimeToSay())
        {
            NetLog.OutOfDescriptors(_log, _refused);
        }

        Refuse(socket, _refusal);
    }
}
