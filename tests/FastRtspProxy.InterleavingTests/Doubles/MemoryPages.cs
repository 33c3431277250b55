namespace FastRtspProxy.Net;

/// <summary>In the place of the system's pages: they stay.</summary>
internal static class MemoryPages
{
    public static int PageBytes => 64;

    public static void GiveBack(nint begin, nint bytes)
    {
    }
}
