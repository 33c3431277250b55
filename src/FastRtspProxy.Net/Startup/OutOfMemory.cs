using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Without memory the process ends, at once: a loop that catches the exception, or a log line that cannot be made, would leave a process that lives
/// on without some of its threads. A supervisor starts a whole one. This is the one place that decides it, for every thread, before any handler runs.
/// </summary>
internal static class OutOfMemory
{
    /// <summary>EX_OSERR of sysexits.h.</summary>
    public const int ExitStatus = 71;

    /// <summary>Made at the start, because there is no memory to make it with when it is needed.</summary>
    private static readonly byte[] s_sentence = GC.AllocateArray<byte>(128, pinned: true);

    private static int s_isArmed;

    /// <summary>From now on an OutOfMemoryException ends the process. Any thread; once is enough.</summary>
    public static unsafe void EndsTheProcess()
    {
        if (Interlocked.Exchange(ref s_isArmed, 1) == 1)
        {
            return;
        }

        ReadOnlySpan<byte> sentence = "Out of memory: the program ends. Remedy: a smaller --memory, fewer viewers, or more memory.\n"u8;
        sentence.CopyTo(s_sentence);
        int bytes = sentence.Length;
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
        {
            if (thrown.Exception is OutOfMemoryException && !OwnThread.IsStarting)
            {
                fixed (byte* text = s_sentence)
                {
                    _ = Libc.Write(2, text, bytes);
                }

                Libc.Exit(ExitStatus);
            }
        };
    }
}
