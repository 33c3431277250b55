using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>Log lines of Net: events 1 to 99.</summary>
internal static partial class NetLog
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Error,
        Message = "Event loop {Shard}: a piece of work failed and was dropped. This is a bug of the proxy; please report it.")]
    public static partial void ShardWorkFailed(ILogger log, int shard, Exception error);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Warning,
        Message = "The kernel gives a UDP receive buffer of {GivenBytes} bytes instead of {AskedBytes}: bursts of a camera may be lost. "
            + "Remedy: sysctl -w net.core.rmem_max={AskedBytes}")]
    public static partial void SmallReceiveBuffer(ILogger log, int givenBytes, int askedBytes);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Warning,
        Message = "Out of descriptors: new connections are refused ({Refused} so far). Remedy: raise the limit (ulimit -n, LimitNOFILE=).")]
    public static partial void OutOfDescriptors(ILogger log, long refused);

    [LoggerMessage(
        EventId = 4,
        Level = LogLevel.Error,
        Message = "Event loop {Shard}: waiting for events fails (errno {Errno}), now and perhaps again; it pauses 10 ms each time. "
            + "Remedy: allow epoll_wait in the seccomp profile of the container or service.")]
    public static partial void WaitFails(ILogger log, int shard, int errno);

    [LoggerMessage(
        EventId = 5,
        Level = LogLevel.Warning,
        Message = "{Call} is refused here (errno {Errno}): {Consequence}. "
            + "Remedy: allow it in the seccomp profile of the container or service, or use a newer kernel.")]
    public static partial void CallRefused(ILogger log, string call, int errno, string consequence);

    [LoggerMessage(
        EventId = 6,
        Level = LogLevel.Warning,
        Message = "UDP port {Port} cannot be read ({Error}); it is tried again a few times a second.")]
    public static partial void ReceiveFails(ILogger log, int port, SocketError error);

    [LoggerMessage(
        EventId = 7,
        Level = LogLevel.Warning,
        Message = "Connections to port {Port} cannot be accepted: {Error} ({Failures} attempts failed so far). "
            + "It is tried again a few times a second.")]
    public static partial void AcceptFails(ILogger log, int port, SocketError error, long failures);

    [LoggerMessage(
        EventId = 8,
        Level = LogLevel.Warning,
        Message = "The certificate for {Names} ({File}) ends in {Days} days, at {NotAfter:yyyy-MM-dd HH:mm} UTC: players will refuse it then. "
            + "Remedy: renew it; it is taken while the proxy runs.")]
    public static partial void CertificateEnds(ILogger log, string names, string file, DateTimeOffset notAfter, int days);

    [LoggerMessage(
        EventId = 9,
        Level = LogLevel.Error,
        Message = "The certificate for {Names} ({File}) has expired at {NotAfter:yyyy-MM-dd HH:mm} UTC: players refuse it. "
            + "Remedy: renew it; it is taken while the proxy runs.")]
    public static partial void CertificateEnded(ILogger log, string names, string file, DateTimeOffset notAfter);

    [LoggerMessage(
        EventId = 10,
        Level = LogLevel.Information,
        Message = "From now on the certificate for {Names} is that of {File}, valid until {NotAfter:yyyy-MM-dd HH:mm} UTC")]
    public static partial void CertificateTaken(ILogger log, string names, string file, DateTimeOffset notAfter);
}
