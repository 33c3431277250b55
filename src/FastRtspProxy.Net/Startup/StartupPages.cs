using System.Globalization;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Unmaps the pages of the program's own file that the start has touched: code that ran once, and tables beside it. They are the file's, not a copy,
/// so they come back by themselves where they are needed. The start's garbage goes with them.
/// </summary>
internal static class StartupPages
{
    /// <summary>MADV_DONTNEED: of a file's unchanged pages the next touch reads them again.</summary>
    private const int DoNotNeed = 4;

    /// <summary>Bytes that were given back; 0 where the runtime compiles as it runs, and has no code in a file. On the thread pool.</summary>
    public static long Release()
    {
        if (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported || Environment.ProcessPath is not { } path)
        {
            return 0;
        }

        try
        {
            (nint, nint, long)[] unchanged = [.. Unchanged(File.ReadLines("/proc/self/smaps"), path)];
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // the start's garbage, while little is there
            long released = 0;
            foreach ((nint begin, nint length, long residentBytes) in unchanged)
            {
                released += Libc.Advise(begin, length, DoNotNeed) == 0 ? residentBytes : 0;
            }

            return released;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // no /proc: they stay
        }
    }

    /// <summary>
    /// The mappings of that file that cannot be written and hold no page of our own: one that relocations were written to before it was closed to
    /// writing would come back as it is in the file.
    /// </summary>
    /// <param name="lines">As /proc/PID/smaps has them (proc_pid_smaps(5)).</param>
    /// <param name="path">The file.</param>
    public static IEnumerable<(nint Begin, nint Length, long ResidentBytes)> Unchanged(IEnumerable<string> lines, string path)
    {
        (nint Begin, nint End)? mapping = null;
        long resident = 0;
        bool isOurs = false;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (TryRange(words, out (nint, nint) range))
            {
                isOurs = words[1] is "r--p" or "r-xp" && line.EndsWith(" " + path, StringComparison.Ordinal);
                (mapping, resident) = (range, 0);
            }
            else if (isOurs && words is ["Rss:", var kilobytes, ..])
            {
                resident = long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
            }
            else if (isOurs && words is ["Anonymous:", "0", ..] && mapping is var (begin, end))
            {
                yield return (begin, end - begin, resident);
            }
        }
    }

    private static bool TryRange(string[] words, out (nint Begin, nint End) range)
    {
        range = default;
        if (words.Length < 5 || words[0].Split('-') is not [var first, var last])
        {
            return false;
        }

        bool isRange = nint.TryParse(first, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint begin)
            & nint.TryParse(last, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint end);
        range = (begin, end);
        return isRange;
    }
}
