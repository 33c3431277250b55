using System.Globalization;

namespace FastRtspProxy.Simulator.Report;

/// <summary>Figures of a process from /proc, proc(5); zeros when it is gone or not ours to read.</summary>
internal static class ProcessFigures
{
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

    /// <summary>The scheduler's run time of all its threads, to the nanosecond where /proc/PID/stat counts ticks of 10 ms.</summary>
    public static long CpuMicros(int process)
    {
        long nanos = 0;
        try
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                nanos += RunNanos(thread + "/schedstat");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone.
        }

        return nanos / 1000;
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

    private static long RunNanos(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            int end = text.IndexOf(' ', StringComparison.Ordinal);
            return end > 0 && long.TryParse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out long nanos) ? nanos : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // this thread has ended, or the kernel keeps no such account
        }
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
