using System.Net.Sockets;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>What is said of a port that could not be had: always what is to be done about it.</summary>
public sealed class TcpPortTests
{
    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, 554, "Address already in use. Remedy: end the program that has the port (ss -ltnp 'sport = :554' names it), or take another one (-p)")]
    [InlineData(
        SocketError.AccessDenied, 554,
        "Permission denied. Remedy: a port from 1024 on (-p), or the right to lower ones (AmbientCapabilities=CAP_NET_BIND_SERVICE of a service, or setcap cap_net_bind_service=+ep)")]
    [InlineData(SocketError.AccessDenied, 8554, "Permission denied. Remedy: another port (-p)")]
    [InlineData(SocketError.AddressNotAvailable, 554, "This machine has no such address. Remedy: one that \"ip address\" lists (-p)")]
    [InlineData(SocketError.TooManyOpenSockets, 554, "out of descriptors. Remedy: raise the limit (ulimit -n, LimitNOFILE=)")]
    [InlineData(SocketError.NoBufferSpaceAvailable, 554, "NoBufferSpaceAvailable. Remedy: another one (-p)")]
    public void Why_EachError_HasARemedy(SocketError error, int port, string words) => Assert.Equal(words, TcpPort.Why(error, port, "-p"));
}
