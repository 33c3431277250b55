using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net.Startup;

/// <summary>One descriptor that the service manager has given us.</summary>
internal sealed class HeldSocket
{
    private const int StreamType = 1;

    /// <summary>Where it listens; null: it is no TCP socket that listens.</summary>
    private readonly IPEndPoint? _at;
    private readonly string _name;

    private HeldSocket(int descriptor, string name, IPEndPoint? at, bool takesBoth)
    {
        Descriptor = descriptor;
        _name = name;
        _at = at;
        TakesBoth = takesBoth;
    }

    public int Descriptor { get; }

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
        IPEndPoint? at = null;
        bool listens = SocketSetup.Get(descriptor, LinuxConstants.SolSocket, LinuxConstants.SoType) == StreamType
            && SocketSetup.Get(descriptor, LinuxConstants.SolSocket, LinuxConstants.SoAcceptsConnections) == 1;
        if (listens)
        {
            try
            {
                using Socket socket = new(new SafeSocketHandle(descriptor, ownsHandle: false));
                at = socket.LocalEndPoint as IPEndPoint;
            }
            catch (SocketException)
            {
                // of a family that has no ports
            }
        }

        bool takesBoth = at is not null && at.Address.Equals(IPAddress.IPv6Any)
            && SocketSetup.Get(descriptor, LinuxConstants.IpV6Protocol, LinuxConstants.IpV6Only) == 0;
        return new HeldSocket(descriptor, name, at, takesBoth);
    }

    public bool Is(IPAddress address, int port) => _at is not null && _at.Port == port && port != 0 && _at.Address.Equals(address);

    public override string ToString() =>
        $"{_at?.ToString() ?? "no TCP socket that listens"} (descriptor {Descriptor}{(_name.Length == 0 ? "" : $", {Printable.Line(_name)}")})";
}
