using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>
/// Sockets as bare descriptors, for whoever holds tens of thousands of them: no object each, and the framework's own epoll never hears of them (a
/// <see cref="Socket"/> that has connected asynchronously once stays registered there and wakes a second thread for each packet).
/// All are non-blocking and close-on-exec. Methods answer with a descriptor or with minus errno.
/// </summary>
internal static unsafe class RawSocket
{
    private const int StreamType = 1;
    private const int DatagramType = 2;
    private const int NonBlockCloseOnExec = 0x800 | 0x80000;
    private const int TcpNoDelay = 1;
    private const int IpBindAddressNoPort = 24;

    /// <summary>A UDP socket bound to an address and port.</summary>
    public static int OpenUdp(IPAddress address, int port)
    {
        int fd = Open(address.AddressFamily, DatagramType);
        if (fd < 0)
        {
            return fd;
        }

        return BindTo(fd, new IPEndPoint(address, port)) is < 0 and int error ? CloseWith(fd, error) : fd;
    }

    /// <summary>A UDP socket that receives one port of a multicast group, and no other group; several may.</summary>
    /// <param name="group">The group.</param>
    /// <param name="port">The port.</param>
    /// <param name="source">The only sender that is heard, of an IPv4 group; null: any.</param>
    /// <param name="local">
    /// An address of the interface, of an IPv4 group; of an IPv6 group its scope is the interface. Null: as the routes say.
    /// </param>
    public static int OpenGroup(IPAddress group, int port, IPAddress? source, IPAddress? local)
    {
        int fd = Open(group.AddressFamily, DatagramType);
        if (fd < 0)
        {
            return fd;
        }

        _ = SocketSetup.TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoReuseAddress, 1);
        int error = BindTo(fd, new IPEndPoint(group, port));
        if (error == 0 && !(group.AddressFamily == AddressFamily.InterNetworkV6 ? TryJoinIPv6(fd, group, local) : TryJoin(fd, group, source, local)))
        {
            error = -Marshal.GetLastPInvokeError();
        }

        return error < 0 ? CloseWith(fd, error) : fd;
    }

    /// <summary>A TCP socket that is being connected: it becomes writable when it is, or when it failed (<see cref="TakeError"/>).</summary>
    public static int OpenTcp(IPEndPoint to, IPAddress? from)
    {
        int fd = OpenTcp(to.AddressFamily);
        if (fd < 0)
        {
            return fd;
        }

        if (from is not null)
        {
            // The port is chosen at connect, so that it need only be free towards this peer, ip(7).
            _ = SocketSetup.TrySet(fd, LinuxConstants.IpProtocol, IpBindAddressNoPort, 1);
            if (BindTo(fd, new IPEndPoint(from, 0)) is < 0 and int error)
            {
                return CloseWith(fd, error);
            }
        }

        return BeginConnect(fd, to) is < 0 and int refusal ? CloseWith(fd, refusal) : fd;
    }

    /// <summary>A TCP socket that is not connected yet, without Nagle's delay.</summary>
    public static int OpenTcp(AddressFamily family)
    {
        int fd = Open(family, StreamType);
        if (fd >= 0)
        {
            _ = SocketSetup.TrySet(fd, LinuxConstants.TcpProtocol, TcpNoDelay, 1);
        }

        return fd;
    }

    /// <summary>
    /// Begins to connect, connect(2). 0: the socket becomes writable when it is connected, or when it failed (<see cref="TakeError"/>).
    /// </summary>
    public static int BeginConnect(int fd, IPEndPoint to)
    {
        SocketAddress address = to.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            if (Libc.Connect(fd, bytes, (uint)address.Size) == 0)
            {
                return 0;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == LinuxConstants.ErrorInProgress ? 0 : -errno;
    }

    /// <summary>The pending error of a socket (an errno, 0: none), which is cleared by that.</summary>
    public static int TakeError(int fd) => SocketSetup.Get(fd, LinuxConstants.SolSocket, LinuxConstants.SoError);

    /// <summary>Makes the coming close a reset: what a peer sees of a client that has crashed.</summary>
    public static void ResetOnClose(int fd)
    {
        long linger = 1; // struct linger { l_onoff = 1, l_linger = 0 }
        _ = Libc.SetSocketOption(fd, LinuxConstants.SolSocket, LinuxConstants.SoLinger, &linger, sizeof(long));
    }

    /// <summary>Bytes that the kernel took, or minus errno.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            nint sent = Libc.Send(fd, data, bytes.Length, LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal);
            return sent >= 0 ? (int)sent : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>A datagram out; minus errno when it was not taken.</summary>
    public static int SendTo(int fd, ReadOnlySpan<byte> bytes, SocketAddress to)
    {
        fixed (byte* data = bytes)
        fixed (byte* address = to.Buffer.Span)
        {
            nint sent = Libc.SendTo(fd, data, bytes.Length, LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal, address, (uint)to.Size);
            return sent >= 0 ? (int)sent : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Bytes received, 0 at the orderly end, or minus errno.</summary>
    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            nint count = Libc.Receive(fd, data, buffer.Length, LinuxConstants.MessageDontWait);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>struct ip_mreq { group, interface } or ip_mreq_source { group, interface, source }, network order (ip(7)).</summary>
    private static bool TryJoin(int fd, IPAddress group, IPAddress? source, IPAddress? local)
    {
        byte* request = stackalloc byte[12];
        Span<byte> fields = new(request, 12);
        group.TryWriteBytes(fields, out _);
        (local is { AddressFamily: AddressFamily.InterNetwork } ? local : IPAddress.Any).TryWriteBytes(fields[4..], out _);
        (source ?? IPAddress.Any).TryWriteBytes(fields[8..], out _);
        int option = source is null ? LinuxConstants.IpAddMembership : LinuxConstants.IpAddSourceMembership;
        return Libc.SetSocketOption(fd, LinuxConstants.IpProtocol, option, request, source is null ? 8u : 12u) == 0;
    }

    /// <summary>struct ipv6_mreq { group, interface } (ipv6(7)).</summary>
    private static bool TryJoinIPv6(int fd, IPAddress group, IPAddress? local)
    {
        byte* request = stackalloc byte[20];
        Span<byte> fields = new(request, 20);
        group.TryWriteBytes(fields, out _);
        int index = local is { AddressFamily: AddressFamily.InterNetworkV6 } ? (int)local.ScopeId : 0;
        MemoryMarshal.Write(fields[16..], in index);
        return Libc.SetSocketOption(fd, LinuxConstants.IpV6Protocol, LinuxConstants.IpV6JoinGroup, request, 20) == 0;
    }

    private static int Open(AddressFamily family, int type)
    {
        int domain = family == AddressFamily.InterNetworkV6 ? LinuxConstants.FamilyIPv6 : LinuxConstants.FamilyIPv4;
        int fd = Libc.OpenSocket(domain, type | NonBlockCloseOnExec, 0);
        return fd >= 0 ? fd : -Marshal.GetLastPInvokeError();
    }

    private static int BindTo(int fd, IPEndPoint to)
    {
        SocketAddress address = to.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            return Libc.Bind(fd, bytes, (uint)address.Size) == 0 ? 0 : -Marshal.GetLastPInvokeError();
        }
    }

    private static int CloseWith(int fd, int error)
    {
        _ = Libc.Close(fd);
        return error;
    }
}
