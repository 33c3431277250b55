using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>The pages of memory that this process has made.</summary>
internal static class MemoryPages
{
    /// <summary>MADV_DONTNEED, madvise(2): the pages go at once, and the next touch finds zeros.</summary>
    private const int DoNotNeed = 4;

    /// <summary>Bytes of a page.</summary>
    public static int PageBytes { get; } = Environment.SystemPageSize;

    /// <summary>Gives whole pages back to the system. Where that is refused they stay.</summary>
    public static void GiveBack(nint begin, nint bytes) => _ = Libc.Advise(begin, bytes, DoNotNeed);
}
