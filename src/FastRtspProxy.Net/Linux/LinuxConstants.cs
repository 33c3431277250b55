namespace FastRtspProxy.Net.Linux;

/// <summary>Numbers of the Linux kernel's headers (asm-generic; the same on x64 and arm64).</summary>
internal static class LinuxConstants
{
    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EpollRemove = 2;
    public const int EpollChange = 3;
    public const int EventFdNonBlock = 0x800;
    public const int EventFdCloseOnExec = 0x80000;

    public const int MessagePeek = 0x2;
    public const int MessageDontWait = 0x40;
    public const int MessageNoSignal = 0x4000;
    public const int MessageErrorQueue = 0x2000;

    public const int FamilyIPv4 = 2;
    public const int FamilyIPv6 = 10;

    public const int SolSocket = 1;
    public const int SoReuseAddress = 2;
    public const int SoType = 3;
    public const int SoError = 4;
    public const int SoSendBuffer = 7;
    public const int SoReceiveBuffer = 8;
    public const int SoKeepAlive = 9;
    public const int SoReceiveBufferForce = 33;
    public const int SoSendBufferForce = 32;
    public const int SoLinger = 13;
    public const int SoAcceptsConnections = 30;
    public const int SoReceiveOverflow = 40;

    public const int IpProtocol = 0;
    public const int IpTypeOfService = 1;
    public const int IpReceiveError = 11;
    public const int IpV6Protocol = 41;
    public const int IpV6ReceiveError = 25;
    public const int IpV6Only = 26;
    public const int IpV6TrafficClass = 67;
    public const int IpV6PacketInfo = 50;
    public const int IpPacketInfo = 8;
    public const int IpMulticastInterface = 32;
    public const int IpMulticastTtl = 33;
    public const int IpMulticastLoop = 34;
    public const int IpAddMembership = 35;
    public const int IpAddSourceMembership = 39;
    public const int IpV6MulticastInterface = 17;
    public const int IpV6MulticastHops = 18;
    public const int IpV6MulticastLoop = 19;
    public const int IpV6JoinGroup = 20;

    public const int UdpProtocol = 17;
    public const int UdpSegment = 103;
    public const int UdpGro = 104;

    public const int TcpProtocol = 6;
    public const int TcpKeepIdle = 4;
    public const int TcpKeepInterval = 5;
    public const int TcpKeepCount = 6;
    public const int TcpInfo = 11;
    public const int TcpUserTimeout = 18;
    public const int TcpNotSentLowWater = 25;

    public const int ResourceNoFile = 7;

    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenNoTerminal = 0x100;
    public const int OpenNonBlock = 0x800;
    public const int OpenCloseOnExec = 0x80000;
    public const int GetDescriptorFlags = 1;
    public const int CloseOnExecFlag = 1;
    public const int SocketCloseOnExec = 0x80000;

    // errno(3).
    public const int ErrorNotPermitted = 1;
    public const int ErrorNoEntry = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorIo = 5;
    public const int ErrorBadDescriptor = 9;
    public const int ErrorAgain = 11;
    public const int ErrorNoMemory = 12;
    public const int ErrorAccess = 13;
    public const int ErrorNotDirectory = 20;
    public const int ErrorInvalid = 22;
    public const int ErrorFileTable = 23;
    public const int ErrorTooManyFiles = 24;
    public const int ErrorBrokenPipe = 32;
    public const int ErrorNoSystemCall = 38;
    public const int ErrorProtocol = 71;
    public const int ErrorMessageSize = 90;
    public const int ErrorNotSupported = 95;
    public const int ErrorAddressInUse = 98;
    public const int ErrorAddressNotAvailable = 99;
    public const int ErrorNetworkDown = 100;
    public const int ErrorNetworkUnreachable = 101;
    public const int ErrorConnectionAborted = 103;
    public const int ErrorConnectionReset = 104;
    public const int ErrorNoBuffers = 105;
    public const int ErrorTimedOut = 110;
    public const int ErrorConnectionRefused = 111;
    public const int ErrorHostDown = 112;
    public const int ErrorHostUnreachable = 113;
    public const int ErrorInProgress = 115;

    /// <summary>
    /// The most segments that the kernel takes in one UDP_SEGMENT message (UDP_MAX_SEGMENTS before Linux 6.9; later kernels take 128).
    /// </summary>
    public const int UdpMaxSegments = 64;

    /// <summary>AT_FDCWD.</summary>
    public const int AtCurrentDirectory = -100;

    /// <summary>AT_EMPTY_PATH: of the descriptor itself.</summary>
    public const int AtEmptyPath = 0x1000;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint StatxBasicStats = 0x7FF;
}
