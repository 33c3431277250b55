using System.Globalization;

namespace FastRtspProxy.Simulator.Load;

/// <summary>What an errno means to a user, with what helps.</summary>
internal static class ErrorWords
{
    public static string Of(int errno) => errno switch
    {
        23 or 24 => "out of descriptors (raise the limit: ulimit -n, or LimitNOFILE= of the service)",
        98 or 99 => "out of local ports (give more addresses with --local, or widen net.ipv4.ip_local_port_range)",
        101 => "network unreachable",
        104 => "connection reset by the server",
        105 or 12 => "out of kernel memory for sockets",
        110 => "timed out",
        111 => "connection refused (is the server running, and is the port right?)",
        113 => "host unreachable",
        _ => "error " + errno.ToString(CultureInfo.InvariantCulture),
    };
}
