using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>
/// Which system calls this process may make. A container's seccomp profile that is older than a call refuses it, with EPERM or ENOSYS, before the
/// kernel looks at its arguments; so each is asked once about descriptor -1, which an allowed call answers with EBADF. Calls with a twin are replaced
/// by it, the others are named at the start.
/// </summary>
internal static unsafe class KernelCalls
{
    private const int NoDescriptor = -1;

    /// <summary>epoll_pwait2 waits for microseconds; without it (Linux 5.11, glibc 2.35) epoll_wait for milliseconds, rounded up.</summary>
    public static int WaitNanosRefusal { get; } = AskWaitNanos();

    /// <summary>recvmmsg reads up to 32 datagrams; without it recvmsg reads them one by one.</summary>
    public static int ReceiveManyRefusal { get; } = AskReceiveMany();

    /// <summary>sendmmsg sends up to 128 messages; without it sendmsg sends them one by one.</summary>
    public static int SendManyRefusal { get; } = AskSendMany();

    /// <summary>
    /// The calls of an event loop that have no twin; null when all are allowed, else a sentence that names the first that is not. eventfd and
    /// epoll_create1 are seen when they are made.
    /// </summary>
    public static string? WhyNoEventLoop { get; } = FirstRefused();

    /// <summary>The sentence for a call without which nothing runs.</summary>
    public static string Sentence(string call, int errno) => errno switch
    {
        LinuxConstants.ErrorTooManyFiles or LinuxConstants.ErrorFileTable =>
            $"{call} finds no free descriptor. Remedy: raise the limit (ulimit -n, LimitNOFILE=).",
        _ when IsRefusal(errno) => $"{call} is refused here (errno {errno}), and nothing runs without it. "
            + "Remedy: allow it in the seccomp profile of the container or service.",
        _ => $"{call} failed (errno {errno}).",
    };

    /// <summary>True for the errors by which a filter refuses a call, and a kernel one that it does not have.</summary>
    public static bool IsRefusal(int errno) =>
        errno is LinuxConstants.ErrorNotPermitted or LinuxConstants.ErrorAccess or LinuxConstants.ErrorNoSystemCall;

    private static int AskWaitNanos()
    {
        byte* room = stackalloc byte[16];
        TimeSpec none = default;
        try
        {
            _ = Libc.EpollPwait2(NoDescriptor, room, 1, &none, 0);
            return UnlessBadDescriptor();
        }
        catch (EntryPointNotFoundException)
        {
            return LinuxConstants.ErrorNoSystemCall; // the libc is older than the call
        }
    }

    private static int AskReceiveMany()
    {
        MultiMessage message = default;
        _ = Libc.ReceiveMany(NoDescriptor, &message, 1, LinuxConstants.MessageDontWait, null);
        return UnlessBadDescriptor();
    }

    private static int AskSendMany()
    {
        MultiMessage message = default;
        _ = Libc.SendMany(NoDescriptor, &message, 1, LinuxConstants.MessageDontWait);
        return UnlessBadDescriptor();
    }

    private static int UnlessBadDescriptor() => Marshal.GetLastPInvokeError() is var errno && errno == LinuxConstants.ErrorBadDescriptor ? 0 : errno;

    private static string? FirstRefused()
    {
        byte* room = stackalloc byte[16];
        byte* address = stackalloc byte[PeerAddress.Bytes];
        MessageHeader header = default;
        int value = 0;
        _ = Libc.EpollCtl(NoDescriptor, LinuxConstants.EpollAdd, NoDescriptor, room);
        string? refused = Refusal("epoll_ctl");
        _ = Libc.EpollWait(NoDescriptor, room, 1, 0);
        refused ??= Refusal("epoll_wait");
        _ = Libc.Accept(NoDescriptor, null, null, LinuxConstants.SocketCloseOnExec);
        refused ??= Refusal("accept4");
        _ = Libc.Send(NoDescriptor, room, 1, LinuxConstants.MessageDontWait);
        refused ??= Refusal("sendto");
        _ = Libc.Receive(NoDescriptor, room, 1, LinuxConstants.MessageDontWait);
        refused ??= Refusal("recvfrom");
        _ = Libc.SendMessage(NoDescriptor, &header, LinuxConstants.MessageDontWait);
        refused ??= Refusal("sendmsg");
        _ = Libc.ReceiveMessage(NoDescriptor, &header, LinuxConstants.MessageDontWait);
        refused ??= Refusal("recvmsg");
        _ = Libc.Bind(NoDescriptor, address, PeerAddress.Bytes);
        refused ??= Refusal("bind");
        _ = Libc.Connect(NoDescriptor, address, PeerAddress.Bytes);
        refused ??= Refusal("connect");
        // An option that nobody refuses by itself: those that may be left out are, where they are set.
        _ = Libc.SetSocketOption(NoDescriptor, LinuxConstants.SolSocket, LinuxConstants.SoReuseAddress, &value, sizeof(int));
        refused ??= Refusal("setsockopt");
        uint valueBytes = sizeof(int);
        _ = Libc.GetSocketOption(NoDescriptor, LinuxConstants.SolSocket, LinuxConstants.SoReuseAddress, &value, &valueBytes);
        return refused ?? Refusal("getsockopt");
    }

    /// <summary>Of the call before: any other error than a filter's says that the call is there.</summary>
    private static string? Refusal(string call) =>
        Marshal.GetLastPInvokeError() is var errno && IsRefusal(errno) ? Sentence(call, errno) : null;
}
