#pragma warning disable RS0030 // /proc only, and whoever asks runs in Outbound (LoadProgram)
using System.Globalization;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Report;

/// <summary>Figures of a process from /proc, proc(5); zeros when it is gone or not ours to read.</summary>
internal static class ProcessFigures
{
    /// <summary>pid_max at most, proc(5): a larger number does not fit into a clock's.</summary>
    private const int ProcessMax = 1 << 22;

    /// <summary>USER_HZ, in which Linux counts for programs on x64 and arm64 (sysconf(3), _SC_CLK_TCK).</summary>
    private const long MicrosATick = 10_000;

    public static long ResidentBytes(int process) => StatusKilobytes(process, "VmRSS:") * 1024;

    public static long PeakResidentBytes(int process) => StatusKilobytes(process, "VmHWM:") * 1024;

    public static int Descriptors(int process)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Processor time of all its threads, those that have ended with them: it never falls. By the process's own clock, to the nanosecond
    /// (clock_getcpuclockid(3)); where that is refused, by /proc/PID/stat, in ticks of 10 ms. 0: there is no such process.
    /// </summary>
    public static unsafe long CpuMicros(int process)
    {
        int clock;
        TimeSpec time;
        return process is > 0 and <= ProcessMax && Libc.GetProcessClock(process, &clock) == 0 && Libc.GetClock(clock, &time) == 0
            ? (time.Seconds * 1_000_000) + (time.Nanoseconds / 1000)
            : StatMicros(process);
    }

    /// <summary>
    /// proc(5), /proc/PID/stat: fields 14 and 15, utime and stime. The second is the program's name, in parentheses, with whatever it has in it.
    /// </summary>
    internal static long StatMicros(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * MicrosATick;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return 0; // gone
        }
    }

    public static string ProcessorName()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/cpuinfo"))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal))
                {
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
        }
        catch (IOException)
        {
            // Then it stays unknown.
        }

        return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static long StatusKilobytes(int process, string name)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                {
                    string number = line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                    return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes : 0;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone.
        }

        return 0;
    }
}
