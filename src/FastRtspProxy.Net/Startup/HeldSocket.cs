using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// One descriptor that the service manager has given us. The framework knows it as one socket, from the first listener to the end of the process: its
/// epoll would keep a copy that was closed, since the description lives on, and refuse the next one that has the same number (EEXIST). It is not
/// closed at exec, as it came: of such a socket the framework knows that it is shared, and never shuts it down, which would end it for all.
/// </summary>
internal sealed class HeldSocket : IDisposable
{
    private const int StreamType = 1;

    private readonly Lock _lock = new();
    private readonly int _descriptor;
    private readonly string _name;

    /// <summary>Null: it is no TCP socket that listens.</summary>
    private readonly Socket? _listening;

    /// <summary>Where it listens; null as the socket.</summary>
    private readonly IPEndPoint? _at;

    /// <summary>Those who accept by it at this moment, the last one last. Under the lock.</summary>
    private readonly List<Action<Socket>> _handlers = [];

    /// <summary>Accepted when nobody did any more: they wait for the next one, as others do in the kernel. Under the lock.</summary>
    private readonly Queue<Socket> _left = [];

    private HeldSocket(int descriptor, string name, Socket? listening, IPEndPoint? at, bool takesBoth)
    {
        _descriptor = descriptor;
        _name = name;
        _listening = listening;
        _at = at;
        TakesBoth = takesBoth;
    }

    /// <summary>The socket, of one that listens.</summary>
    public Socket Listening => _listening!;

    /// <summary>It listens at every IPv6 address, and takes IPv4 clients too.</summary>
    public bool TakesBoth { get; }

    /// <summary>How many listen by it at this moment.</summary>
    public int Takers { get; set; }

    /// <summary>It was told that nobody does.</summary>
    public bool IsTold { get; set; }

    /// <summary>It can be listened to.</summary>
    public bool Listens => _at is not null;

    /// <summary>What it is; it stays open.</summary>
    public static HeldSocket Of(int descriptor, string name)
    {
        Socket? socket = null;
        IPEndPoint? at = null;
        bool listens = SocketSetup.Get(descriptor, LinuxConstants.SolSocket, LinuxConstants.SoType) == StreamType
            && SocketSetup.Get(descriptor, LinuxConstants.SolSocket, LinuxConstants.SoAcceptsConnections) == 1;
        if (listens)
        {
            try
            {
                socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
                at = socket.LocalEndPoint as IPEndPoint;
            }
            catch (SocketException)
            {
                // of a family that has no ports
            }
        }

        bool takesBoth = at is not null && at.Address.Equals(IPAddress.IPv6Any)
            && SocketSetup.Get(descriptor, LinuxConstants.IpV6Protocol, LinuxConstants.IpV6Only) == 0;
        return new HeldSocket(descriptor, name, at is null ? null : socket, at, takesBoth);
    }

    /// <summary>That one accepts by it.</summary>
    public void Enter(Action<Socket> handler)
    {
        lock (_lock)
        {
            _handlers.Add(handler);
        }
    }

    /// <summary>It does so no longer.</summary>
    public void Exit(Action<Socket> handler)
    {
        lock (_lock)
        {
            _handlers.Remove(handler);
        }
    }

    /// <summary>A connection that was accepted for one that had gone: it is the one's who accepts now, or who does so next.</summary>
    public void Leave(Socket accepted)
    {
        Action<Socket>? handler;
        lock (_lock)
        {
            handler = _handlers.LastOrDefault();
            if (handler is null)
            {
                _left.Enqueue(accepted);
            }
        }

        handler?.Invoke(accepted);
    }

    /// <summary>One that was left; null: none.</summary>
    public Socket? TakeLeft()
    {
        lock (_lock)
        {
            return _left.TryDequeue(out Socket? left) ? left : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (TakeLeft() is { } left)
        {
            left.Dispose();
        }

        _listening?.Dispose();
        Libc.Close(_descriptor);
    }

    public bool Is(IPAddress address, int port) => _at is not null && _at.Port == port && port != 0 && _at.Address.Equals(address);

    public override string ToString() =>
        $"{_at?.ToString() ?? "no TCP socket that listens"} (descriptor {_descriptor}{(_name.Length == 0 ? "" : $", {Printable.Line(_name)}")})";
}
