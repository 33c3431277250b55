using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// Starts threads while the program runs, where it can do without them: the machine, or a container (pids.max), may have none left. The runtime
/// reports that as memory that it lacks, which would end the process (<see cref="Startup.OutOfMemory"/>).
/// </summary>
internal static class OwnThread
{
    [ThreadStatic]
    private static bool s_isStarting;

    /// <summary>This thread is starting another: what memory it lacks is the other's.</summary>
    public static bool IsStarting => s_isStarting;

    /// <summary>False: there is no thread to be had.</summary>
    public static bool TryStart(Action work, string name, int stackBytes)
    {
        s_isStarting = true;
        try
        {
            new Thread(() => work(), stackBytes) { IsBackground = true, Name = name }.Start();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
        finally
        {
            s_isStarting = false;
        }
    }

    /// <summary>
    /// The calling thread stands behind the others of the process where they want the same core (setpriority(2)); never to be taken back.
    /// </summary>
    public static void GiveWay(int niceness)
    {
        const int PriorityOfProcess = 0;
        const uint CallingThread = 0;
        _ = Libc.SetPriority(PriorityOfProcess, CallingThread, niceness);
    }
}
