using System.Runtime.InteropServices;

namespace FastRtspProxy.Fuzz;

/// <summary>The processor time of the calling thread: what other work on the machine does to the clock on the wall does not count.</summary>
internal static partial class ThreadTime
{
    /// <summary>clock_gettime(2): CLOCK_THREAD_CPUTIME_ID.</summary>
    private const int ThreadCpuTime = 3;

    public static long Nanos()
    {
        if (GetTime(ThreadCpuTime, out Timespec time) != 0)
        {
            throw new InvalidOperationException($"clock_gettime failed with {Marshal.GetLastPInvokeError()}");
        }

        return (time.Seconds * 1_000_000_000) + time.Nanos;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Timespec time);

    private struct Timespec
    {
        public long Seconds;
        public long Nanos;
    }
}
