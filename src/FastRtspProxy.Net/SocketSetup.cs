using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>Socket options that the framework does not name. Each is best effort: a kernel without one still works, only less well.</summary>
internal static unsafe class SocketSetup
{
    /// <summary>
    /// What a camera may burst while a shard is in a long fan-out pass: a 4 Mbit key frame of a 20 Mbit/s stream with the kernel's
    /// own overhead per packet (about as much again), four times that.
    /// </summary>
    public const int ReceiveBufferBytes = 4 * 1024 * 1024;

    /// <summary>A large key frame (500 KB at 20 Mbit/s) and what queues behind it, doubled for the kernel's accounting.</summary>
    public const int TcpSendBufferBytes = 1024 * 1024;

    /// <summary>The descriptor; valid while the socket is open.</summary>
    public static int Fd(Socket socket) => (int)socket.Handle;

    /// <summary>Sets an integer option; false when the kernel refuses.</summary>
    public static bool TrySet(int fd, int level, int option, int value) =>
        Libc.SetSocketOption(fd, level, option, &value, sizeof(int)) == 0;

    /// <summary>Reads an integer option; -1 when the kernel refuses.</summary>
    public static int Get(int fd, int level, int option)
    {
        int value = 0;
        uint bytes = sizeof(int);
        return Libc.GetSocketOption(fd, level, option, &value, &bytes) == 0 ? value : -1;
    }

    /// <summary>
    /// Asks for a receive buffer, by force where we may (CAP_NET_ADMIN), and says what was given, in bytes of payload (the kernel reports the
    /// double).
    /// </summary>
    public static int AskReceiveBuffer(Socket socket, int bytes) => AskReceiveBuffer(Fd(socket), bytes);

    /// <inheritdoc cref="AskReceiveBuffer(Socket, int)"/>
    public static int AskReceiveBuffer(int fd, int bytes)
    {
        if (!TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveBufferForce, bytes))
        {
            _ = TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveBuffer, bytes);
        }

        return Get(fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveBuffer) / 2;
    }

    /// <summary>As <see cref="AskReceiveBuffer(Socket, int)"/>, for sending.</summary>
    public static int AskSendBuffer(Socket socket, int bytes)
    {
        int fd = Fd(socket);
        if (!TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoSendBufferForce, bytes))
        {
            _ = TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoSendBuffer, bytes);
        }

        return Get(fd, LinuxConstants.SolSocket, LinuxConstants.SoSendBuffer) / 2;
    }

    /// <summary>
    /// A TCP socket's send buffer, where the kernel does not do better by itself (<see cref="TcpBuffers"/>); before it is connected or listens.
    /// </summary>
    public static void PrepareTcpSending(Socket socket)
    {
        TcpBufferChoice choice = TcpBuffers.Send(TcpSendBufferBytes);
        if (choice == TcpBufferChoice.Fixed)
        {
            _ = AskSendBuffer(socket, TcpSendBufferBytes);
        }
        else if (choice == TcpBufferChoice.ByForce)
        {
            _ = TrySet(Fd(socket), LinuxConstants.SolSocket, LinuxConstants.SoSendBufferForce, TcpSendBufferBytes);
        }
    }

    /// <summary>As <see cref="PrepareTcpSending"/>, for receiving.</summary>
    public static void PrepareTcpReceiving(int fd)
    {
        TcpBufferChoice choice = TcpBuffers.Receive(ReceiveBufferBytes);
        if (choice == TcpBufferChoice.Fixed)
        {
            _ = AskReceiveBuffer(fd, ReceiveBufferBytes);
        }
        else if (choice == TcpBufferChoice.ByForce)
        {
            _ = TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveBufferForce, ReceiveBufferBytes);
        }
    }

    /// <summary>TCP_NOTSENT_LOWAT, tcp(7): beyond what is on its way, the kernel holds so many bytes and says EAGAIN.</summary>
    public static void SetUnsentMark(int fd, int bytes) =>
        _ = TrySet(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpNotSentLowWater, bytes);

    /// <summary>
    /// The class that the socket's packets are marked with: the upper six bits of TOS, ip(7), and of the traffic class, ipv6(7), for each family that
    /// it can speak (RFC 2474 section 3; the lower two are the kernel's, for ECN). On a listener: for all that it accepts, which inherit it.
    /// </summary>
    /// <param name="socket">Before its first packet.</param>
    /// <param name="dscp">0 to 63; null: as the system does.</param>
    public static void SetTrafficClass(Socket socket, int? dscp) => SetTrafficClass(Fd(socket), socket.AddressFamily, dscp);

    /// <inheritdoc cref="SetTrafficClass(Socket, int?)"/>
    public static void SetTrafficClass(int fd, AddressFamily family, int? dscp)
    {
        if (dscp is not { } value)
        {
            return;
        }

        _ = TrySet(fd, LinuxConstants.IpProtocol, LinuxConstants.IpTypeOfService, value << 2);
        if (family == AddressFamily.InterNetworkV6)
        {
            _ = TrySet(fd, LinuxConstants.IpV6Protocol, LinuxConstants.IpV6TrafficClass, value << 2);
        }
    }

    /// <summary>
    /// TCP_USER_TIMEOUT, tcp(7): a peer that has vanished, or takes nothing, ends its connection after so long with data under way.
    /// </summary>
    public static void SetUserTimeout(int fd, TimeSpan limit) =>
        _ = TrySet(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpUserTimeout, (int)Math.Min(limit.TotalMilliseconds, int.MaxValue));

    /// <summary>The kernel asks a silent peer now and then whether it is there. On a listener: for all that it accepts, which inherit it.</summary>
    public static void SetKeepAlive(int fd, in KeepAlive keepAlive)
    {
        _ = TrySet(fd, LinuxConstants.SolSocket, LinuxConstants.SoKeepAlive, 1);
        _ = TrySet(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepIdle, keepAlive.IdleSeconds);
        _ = TrySet(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepInterval, keepAlive.IntervalSeconds);
        _ = TrySet(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpKeepCount, keepAlive.Probes);
        SetUserTimeout(fd, keepAlive.UserTimeout);
    }

    /// <summary>
    /// What was sent is sent again and again, and nobody acknowledges it (tcpi_retransmits, tcp(7)); or the peer's window was shut, and it is asked
    /// again and again whether it has opened, and does not answer (tcpi_probes): the line is down, or the peer's machine. A peer that is there and
    /// takes nothing keeps its window shut, and answers each question.
    /// </summary>
    public static bool IsLineDown(int fd)
    {
        const int InfoBytes = 8;
        byte* info = stackalloc byte[InfoBytes]; // tcpi_state, tcpi_ca_state, tcpi_retransmits, tcpi_probes, …
        uint bytes = InfoBytes;
        return Libc.GetSocketOption(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpInfo, info, &bytes) == 0 && bytes == InfoBytes
            && (info[2] > 0 || info[3] > 1); // the answer to one is under way
    }

    /// <summary>The smoothed round trip of a connection (tcpi_rtt, tcp(7)); null: the kernel does not say.</summary>
    public static TimeSpan? RoundTrip(int fd)
    {
        const int RoundTripAt = 68; // behind eight bytes and fifteen numbers, in microseconds
        const int InfoBytes = RoundTripAt + sizeof(uint);
        byte* info = stackalloc byte[InfoBytes];
        uint bytes = InfoBytes;
        return Libc.GetSocketOption(fd, LinuxConstants.TcpProtocol, LinuxConstants.TcpInfo, info, &bytes) == 0 && bytes == InfoBytes
            ? TimeSpan.FromMicroseconds(*(uint*)(info + RoundTripAt))
            : null;
    }

    /// <summary>
    /// Raises the soft limit of descriptors to the hard one and says the limit that holds. getrlimit(2).
    /// </summary>
    public static long RaiseDescriptorLimit()
    {
        ResourceLimit limit;
        if (Libc.GetResourceLimit(LinuxConstants.ResourceNoFile, &limit) != 0)
        {
            return 1024;
        }

        if (limit.Current < limit.Maximum)
        {
            ResourceLimit raised = limit with { Current = limit.Maximum };
            if (Libc.SetResourceLimit(LinuxConstants.ResourceNoFile, &raised) == 0)
            {
                limit = raised;
            }
        }

        return (long)Math.Min(limit.Current, int.MaxValue);
    }

    /// <summary>
    /// Descriptors that the process has open (proc(5)), and those that the socket engine opens with the first connection: an epoll for each core. A
    /// guess where /proc is not there.
    /// </summary>
    public static long CountDescriptors()
    {
        try
        {
            return Directory.GetFileSystemEntries("/proc/self/fd").Length + Environment.ProcessorCount;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 64 + (8L * Environment.ProcessorCount);
        }
    }

    /// <summary>The framework's name of an errno.</summary>
    public static SocketError ErrorOf(int errno) => errno switch
    {
        0 => SocketError.Success,
        LinuxConstants.ErrorAgain => SocketError.WouldBlock,
        LinuxConstants.ErrorConnectionRefused => SocketError.ConnectionRefused,
        LinuxConstants.ErrorHostUnreachable => SocketError.HostUnreachable,
        LinuxConstants.ErrorNetworkUnreachable => SocketError.NetworkUnreachable,
        LinuxConstants.ErrorMessageSize => SocketError.MessageSize,
        LinuxConstants.ErrorNoBuffers => SocketError.NoBufferSpaceAvailable,
        LinuxConstants.ErrorInvalid => SocketError.InvalidArgument,
        LinuxConstants.ErrorConnectionReset => SocketError.ConnectionReset,
        LinuxConstants.ErrorTimedOut => SocketError.TimedOut,
        LinuxConstants.ErrorBrokenPipe => SocketError.Shutdown,
        LinuxConstants.ErrorConnectionAborted => SocketError.ConnectionAborted,
        _ => SocketError.SocketError,
    };

    /// <summary>The error of the last system call of this thread.</summary>
    public static SocketError LastError() => ErrorOf(Marshal.GetLastPInvokeError());
}
