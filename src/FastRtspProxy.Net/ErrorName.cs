using System.Net.Sockets;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>The names of the errors that end a connection, as errno(3) and every other program on the machine write them.</summary>
internal static class ErrorName
{
    /// <summary>The name, or the number of one that is none of those that connections end by.</summary>
    public static string Of(int errno) => errno switch
    {
        LinuxConstants.ErrorBrokenPipe => "EPIPE",
        LinuxConstants.ErrorNoMemory => "ENOMEM",
        LinuxConstants.ErrorNotPermitted => "EPERM",
        LinuxConstants.ErrorProtocol => "EPROTO",
        LinuxConstants.ErrorNetworkDown => "ENETDOWN",
        LinuxConstants.ErrorNetworkUnreachable => "ENETUNREACH",
        LinuxConstants.ErrorConnectionAborted => "ECONNABORTED",
        LinuxConstants.ErrorConnectionReset => "ECONNRESET",
        LinuxConstants.ErrorNoBuffers => "ENOBUFS",
        LinuxConstants.ErrorTimedOut => "ETIMEDOUT",
        LinuxConstants.ErrorConnectionRefused => "ECONNREFUSED",
        LinuxConstants.ErrorHostDown => "EHOSTDOWN",
        LinuxConstants.ErrorHostUnreachable => "EHOSTUNREACH",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"errno {errno}"),
    };

    /// <summary>The errno behind the framework's name of an error; 0 for those that say nothing of the peer or the line.</summary>
    public static int ErrnoOf(SocketError error) => error switch
    {
        SocketError.Shutdown => LinuxConstants.ErrorBrokenPipe,
        SocketError.NetworkDown => LinuxConstants.ErrorNetworkDown,
        SocketError.NetworkUnreachable => LinuxConstants.ErrorNetworkUnreachable,
        SocketError.ConnectionAborted => LinuxConstants.ErrorConnectionAborted,
        SocketError.ConnectionReset => LinuxConstants.ErrorConnectionReset,
        SocketError.NoBufferSpaceAvailable => LinuxConstants.ErrorNoBuffers,
        SocketError.TimedOut => LinuxConstants.ErrorTimedOut,
        SocketError.ConnectionRefused => LinuxConstants.ErrorConnectionRefused,
        SocketError.HostDown => LinuxConstants.ErrorHostDown,
        SocketError.HostUnreachable => LinuxConstants.ErrorHostUnreachable,
        _ => 0,
    };
}
