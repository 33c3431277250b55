using System.Globalization;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Load;

/// <summary>What an errno means to a user, with what helps.</summary>
internal static class ErrorWords
{
    public static string Of(int errno) => errno switch
    {
        LinuxConstants.ErrorFileTable or LinuxConstants.ErrorTooManyFiles =>
            "out of descriptors (raise the limit: ulimit -n, or LimitNOFILE= of the service)",
        LinuxConstants.ErrorAddressInUse or LinuxConstants.ErrorAddressNotAvailable =>
            "out of local ports (give more addresses with --local, or widen net.ipv4.ip_local_port_range)",
        LinuxConstants.ErrorNetworkUnreachable => "network unreachable",
        LinuxConstants.ErrorConnectionReset => "connection reset by the server",
        LinuxConstants.ErrorNoBuffers or LinuxConstants.ErrorNoMemory => "out of kernel memory for sockets",
        LinuxConstants.ErrorTimedOut => "timed out",
        LinuxConstants.ErrorConnectionRefused => "connection refused (is the server running, and is the port right?)",
        LinuxConstants.ErrorHostUnreachable => "host unreachable",
        _ => "error " + errno.ToString(CultureInfo.InvariantCulture),
    };
}
