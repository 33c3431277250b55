using System.Diagnostics;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>What the system says of this process.</summary>
internal static class ProcessFigures
{
    /// <summary>Where the kernel does not say how many descriptors are open, they are counted so seldom: with 20,000 it takes a while.</summary>
    private const long CountedForMillis = 15_000;

    private static long s_countedMillis = -CountedForMillis - 1;
    private static long s_counted;

    /// <summary>Its processor time so far, in microseconds.</summary>
    public static long CpuMicros => (long)Environment.CpuUsage.TotalTime.TotalMicroseconds;

    /// <summary>When it began, in microseconds since 1970.</summary>
    public static long StartUnixMicros { get; } = UnixMicros(Process.GetCurrentProcess().StartTime);

    /// <summary>Descriptors that are open. The size of the directory is their number from Linux 6.2 on.</summary>
    public static long Descriptors
    {
        get
        {
            if (FileStat.OfPath("/proc/self/fd") is { Bytes: > 0 } stat)
            {
                return (long)stat.Bytes;
            }

            long now = Environment.TickCount64;
            if (now - Volatile.Read(ref s_countedMillis) > CountedForMillis)
            {
                Volatile.Write(ref s_counted, SocketSetup.CountDescriptors());
                Volatile.Write(ref s_countedMillis, now);
            }

            return Volatile.Read(ref s_counted);
        }
    }

    /// <summary>Of a moment.</summary>
    public static long UnixMicros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
