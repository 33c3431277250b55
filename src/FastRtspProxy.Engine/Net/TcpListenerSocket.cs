using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Diagnostics;
using FastRtspProxy.Engine.Net.Linux;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Net;

/// <summary>
/// Listens on one address and family and hands accepted sockets on, on the socket engine's thread. When the process runs out of descriptors, a reserve descriptor is given
/// up for long enough to take the connection, say no, and close it: nobody waits in the backlog for ever, and accept never spins.
/// </summary>
internal sealed class TcpListenerSocket : IDisposable
{
    /// <summary>SOMAXCONN of Linux since 5.4.</summary>
    private const int Backlog = 4096;

    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _accept = new(true);
    private readonly ILogger _log;
    private readonly byte[] _refusal;
    private Action<Socket>? _accepted;
    private Socket? _reserve = NewReserve();
    private int _acceptedCount;
    private volatile bool _disposed;

    private TcpListenerSocket(Socket socket, ILogger log, byte[] refusal)
    {
        _socket = socket;
        _log = log;
        _refusal = refusal;
        _accept.Completed += (_, _) => AcceptLoop(completed: true);
    }

    /// <summary>The bound port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>
    /// Binds and listens on one address; IPv6 listeners take IPv6 only. Null: <paramref name="error"/> says why. Connections of an earlier process in TIME_WAIT
    /// do not matter (SO_REUSEADDR); another listener does.
    /// </summary>
    /// <param name="address">Any, IPv6Any, or one of the machine's.</param>
    /// <param name="port">0: the kernel chooses.</param>
    /// <param name="log">For running out of descriptors.</param>
    /// <param name="refusal">What a client is told when there is no descriptor for it.</param>
    /// <param name="error">Why not.</param>
    public static TcpListenerSocket? TryListen(IPAddress address, int port, ILogger log, byte[] refusal, out SocketError error)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            // Not by SocketOptionName.ReuseAddress: the framework would set SO_REUSEPORT with it, and two servers would share the port without a word.
            _ = SocketSetup.TrySet(SocketSetup.Fd(socket), LinuxConstants.SolSocket, LinuxConstants.SoReuseAddress, 1);

            // Inherited by the accepted ones, before the first segment: the window scale is agreed on in the handshake.
            _ = SocketSetup.AskSendBuffer(socket, SocketSetup.TcpSendBufferBytes);
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

    /// <summary>Begins to accept.</summary>
    public void Start(Action<Socket> accepted)
    {
        _accepted = accepted;
        AcceptLoop(completed: false);
    }

    public void Dispose()
    {
        _disposed = true;
        _socket.Dispose();
        _reserve?.Dispose();
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

    /// <summary>Takes completions until one is pending.</summary>
    private void AcceptLoop(bool completed)
    {
        try
        {
            while (!_disposed)
            {
                if (!completed)
                {
                    _accept.AcceptSocket = null;
                    if (_socket.AcceptAsync(_accept))
                    {
                        return;
                    }
                }

                completed = false;
                OnAccepted();
            }
        }
        catch (ObjectDisposedException)
        {
            // Dispose while accepting: the end of the loop.
        }
    }

    private void OnAccepted()
    {
        switch (_accept.SocketError)
        {
            case SocketError.Success when _accept.AcceptSocket is Socket socket:
                _acceptedCount++;
                if (_reserve is null)
                {
                    Refuse(socket);
                    _reserve = NewReserve();
                }
                else
                {
                    _accepted!(socket);
                }

                break;
            case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable when _reserve is not null:
                EngineLog.OutOfDescriptors(_log, _acceptedCount);
                _reserve.Dispose();
                _reserve = null;
                break;
            case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                _reserve = NewReserve();
                Thread.Sleep(50); // not a shard: the socket engine's thread, with nothing left to accept with
                break;
            default:
                break; // a connection that was reset while it waited
        }
    }

    private void Refuse(Socket socket)
    {
        try
        {
            socket.Blocking = false;
            _ = socket.Send(_refusal, SocketFlags.None, out _);
        }
        catch (SocketException)
        {
            // Gone already.
        }

        socket.Dispose();
    }
}
