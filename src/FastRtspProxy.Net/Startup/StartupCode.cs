using System.Globalization;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Gives back the memory of code that only the start has run. The kernel maps sixteen pages around each that is touched (fault-around), so that after
/// the start nearly all code of the native binary counts as ours: 7 of 18 MB. What is needed again is found in the page cache, one fault for sixteen
/// pages.
/// </summary>
internal static unsafe class StartupCode
{
    /// <summary>On the thread pool. Without /proc, or where the kernel refuses, nothing is given back.</summary>
    public static Task GiveBackAsync() => Outbound.RunAsync(static () =>
    {
        GiveBack();
        return Task.CompletedTask;
    });

    /// <summary>Bytes of code that were given back; they are mapped as before.</summary>
    internal static long GiveBack()
    {
        long bytes = 0;
        try
        {
            foreach (string line in File.ReadLines("/proc/self/maps"))
            {
                if (TryReadCode(line, Environment.ProcessPath, out nuint start, out nuint length)
                    && Libc.Advise((void*)start, length, LinuxConstants.AdviceDontNeed) == 0)
                {
                    bytes += (long)length;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc: memory stays as it is.
        }

        return bytes;
    }

    /// <summary>
    /// Code of that file, by a line of /proc/PID/maps, proc(5). Of a private mapping that was never written, which code is, nothing is lost by giving
    /// it back; what the loader has relocated is not executable.
    /// </summary>
    internal static bool TryReadCode(string line, string? file, out nuint start, out nuint length)
    {
        start = length = 0;
        string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (file is null || parts.Length < 6 || parts[1] != "r-xp" || parts[5] != file)
        {
            return false;
        }

        int dash = parts[0].IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !TryHex(parts[0].AsSpan(0, dash), out start) || !TryHex(parts[0].AsSpan(dash + 1), out nuint end) || end <= start)
        {
            return false;
        }

        length = end - start;
        return true;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out nuint value) =>
        nuint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
