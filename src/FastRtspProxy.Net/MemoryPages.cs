using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>The pages of memory that this process has made.</summary>
internal static class MemoryPages
{
    /// <summary>MADV_DONTNEED, madvise(2): the pages go at once, and the next touch finds zeros.</summary>
    private const int DoNotNeed = 4;

    /// <summary>Bytes of a page.</summary>
    public static int PageBytes { get; } = Environment.SystemPageSize;

    /// <summary>
    /// Gives the whole pages from there on back to the system, never one that reaches beyond the end: the kernel rounds the length up. Where that is
    /// refused they stay.
    /// </summary>
    public static void GiveBack(nint begin, nint bytes)
    {
        nint whole = bytes / PageBytes * PageBytes;
        if (whole > 0)
        {
            _ = Libc.Advise(begin, whole, DoNotNeed);
        }
    }
}
