using System.Globalization;

namespace FastRtspProxy.Net;

/// <summary>What is asked for a TCP socket's buffer.</summary>
internal enum TcpBufferChoice
{
    /// <summary>Nothing: the kernel lets it grow with the line.</summary>
    Kernel,

    /// <summary>A fixed size, if we may have it in spite of the limit for users (CAP_NET_ADMIN); else nothing.</summary>
    ByForce,

    /// <summary>A fixed size, as much of it as we may have.</summary>
    Fixed,
}

/// <summary>
/// Whether a TCP socket's buffer is given a size. Any size, by force or not, ends the kernel's own tuning for that socket (socket(7), tcp(7)), and
/// caps a long line: 2 MiB are some 84 Mbit/s at 100 ms, and what a user may ask for (net.core.wmem_max, 208 KiB by default) some 20. So it is left
/// to the kernel, but where the kernel's own maximum is smaller than what a key frame needs: on machines with little memory it is.
/// </summary>
internal static class TcpBuffers
{
    private static readonly Lazy<(long Tcp, long Core)> s_send = new(static () => (Read("ipv4/tcp_wmem"), Read("core/wmem_max")));
    private static readonly Lazy<(long Tcp, long Core)> s_receive = new(static () => (Read("ipv4/tcp_rmem"), Read("core/rmem_max")));

    /// <summary>For sending. Any thread.</summary>
    public static TcpBufferChoice Send(int askedBytes) => For(askedBytes, s_send.Value.Tcp, s_send.Value.Core);

    /// <summary>For receiving. Any thread.</summary>
    public static TcpBufferChoice Receive(int askedBytes) => For(askedBytes, s_receive.Value.Tcp, s_receive.Value.Core);

    /// <summary>The decision.</summary>
    /// <param name="askedBytes">What is wanted, in bytes of payload; the kernel books the double.</param>
    /// <param name="tcpMaximumBytes">The third number of tcp_wmem or tcp_rmem, with the kernel's overhead in it; 0: not known.</param>
    /// <param name="coreMaximumBytes">wmem_max or rmem_max: what a user may ask for; 0: not known.</param>
    public static TcpBufferChoice For(long askedBytes, long tcpMaximumBytes, long coreMaximumBytes)
    {
        if (tcpMaximumBytes == 0 || tcpMaximumBytes >= askedBytes)
        {
            return TcpBufferChoice.Kernel;
        }

        return 2 * Math.Min(askedBytes, coreMaximumBytes) > tcpMaximumBytes ? TcpBufferChoice.Fixed : TcpBufferChoice.ByForce;
    }

    /// <summary>The last number of a setting; 0 when there is none.</summary>
    public static long LastNumber(string text)
    {
        string[] fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 0 && long.TryParse(fields[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    private static long Read(string name)
    {
        try
        {
            return LastNumber(File.ReadAllText("/proc/sys/net/" + name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // the container hides the setting
        }
    }
}
