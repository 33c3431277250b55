using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>
/// The system calls that the framework has no name for, as glibc declares them. Errors are read with <c>Marshal.GetLastPInvokeError</c>. Each says
/// its page of the manual, and what is done where the kernel, or a filter around this process, refuses it: a twin, or "required", which
/// <see cref="KernelCalls.WhyNoEventLoop"/> says at the start.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    /// <summary>epoll_create(2). Required: the first event loop says so.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>epoll_ctl(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollCtl(int epoll, int operation, int fd, byte* eventBytes);

    /// <summary>epoll_wait(2): milliseconds. Required: the twin of <see cref="EpollPwait2"/>.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    /// <summary>epoll_pwait2, epoll_wait(2): nanoseconds. Refused: <see cref="EpollWait"/>.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_pwait2", SetLastError = true)]
    public static partial int EpollPwait2(int epoll, byte* events, int maxEvents, TimeSpec* timeout, nint signalMask);

    /// <summary>eventfd(2). Required: the first event loop says so.</summary>
    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    /// <summary>read(2). Nothing runs without it.</summary>
    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint count);

    /// <summary>write(2). Nothing runs without it.</summary>
    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint count);

    /// <summary>madvise(2). Refused: the pages stay where they are.</summary>
    [LibraryImport(Name, EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nint address, nint length, int advice);

    /// <summary>if_nametoindex(3). 0: there is no interface of that name.</summary>
    [LibraryImport(Name, EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint InterfaceIndex(string name);

    /// <summary>_exit(2): at once, without handlers and finalizers. Nothing runs without it.</summary>
    [LibraryImport(Name, EntryPoint = "_exit")]
    public static partial void Exit(int status);

    /// <summary>open(2), of files that exist. Refused: the descriptor stays closed, and the file is said not to be readable.</summary>
    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags);

    /// <summary>pipe2(2): a reading and a writing end. Refused: the start ends.</summary>
    [LibraryImport(Name, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int MakePipe(int* ends, int flags);

    /// <summary>close(2). Nothing runs without it.</summary>
    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    /// <summary>dup2, dup(2). Refused: the descriptor stays what it is.</summary>
    [LibraryImport(Name, EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);

    /// <summary>fcntl(2): the flags of a descriptor. Refused: taken for closed.</summary>
    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int fd, int command);

    /// <summary>setenv(3); no system call. The framework keeps an environment of its own, which native libraries do not see.</summary>
    [LibraryImport(Name, EntryPoint = "setenv", SetLastError = true)]
    public static partial int SetEnvironment(byte* name, byte* value, int overwrites);

    /// <summary>clock_getcpuclockid(3): 0, or the error itself. The simulator's; refused: /proc.</summary>
    [LibraryImport(Name, EntryPoint = "clock_getcpuclockid")]
    public static partial int GetProcessClock(int process, int* clock);

    /// <summary>clock_gettime(2). The simulator's; refused: /proc.</summary>
    [LibraryImport(Name, EntryPoint = "clock_gettime")]
    public static partial int GetClock(int clock, TimeSpec* time);

    /// <summary>nanosleep(2). Refused: it returns at once, and turns are not held apart.</summary>
    [LibraryImport(Name, EntryPoint = "nanosleep", SetLastError = true)]
    public static partial int Sleep(TimeSpec* time, TimeSpec* rest);

    /// <summary>send(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* buffer, nint count, int flags);

    /// <summary>recv(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, byte* buffer, nint count, int flags);

    /// <summary>sendto, send(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int fd, byte* buffer, nint count, int flags, byte* address, uint addressBytes);

    /// <summary>
    /// sendmsg, send(2). Required: the twin of <see cref="SendMany"/>. A UDP_SEGMENT in its control bytes that is refused: packet by packet.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int fd, MessageHeader* message, int flags);

    /// <summary>recvmsg, recv(2). Required: the error queue, and the twin of <see cref="ReceiveMany"/>.</summary>
    [LibraryImport(Name, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(int fd, MessageHeader* message, int flags);

    /// <summary>sendmmsg(2). Refused: <see cref="SendMessage"/>.</summary>
    [LibraryImport(Name, EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(int fd, MultiMessage* messages, uint count, int flags);

    /// <summary>recvmmsg(2). Refused: <see cref="ReceiveMessage"/>.</summary>
    [LibraryImport(Name, EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(int fd, MultiMessage* messages, uint count, int flags, TimeSpec* timeout);

    /// <summary>setsockopt(2), socket(7), udp(7), tcp(7), ip(7). Required; an option that is refused: see <see cref="SocketSetup"/>.</summary>
    [LibraryImport(Name, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int fd, int level, int option, void* value, uint valueBytes);

    /// <summary>getsockopt(2). Required: the framework asks by it whether a connect went well.</summary>
    [LibraryImport(Name, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int fd, int level, int option, void* value, uint* valueBytes);

    /// <summary>getrlimit(2). Refused: 1,024 descriptors are assumed.</summary>
    [LibraryImport(Name, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetResourceLimit(int resource, ResourceLimit* limit);

    /// <summary>setrlimit, getrlimit(2). Refused: the limit stays.</summary>
    [LibraryImport(Name, EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetResourceLimit(int resource, ResourceLimit* limit);

    /// <summary>socket(2). Required: the listener and whoever connects say so.</summary>
    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int OpenSocket(int family, int type, int protocol);

    /// <summary>bind(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint addressBytes);

    /// <summary>connect(2). Required.</summary>
    [LibraryImport(Name, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, byte* address, uint addressBytes);

    /// <summary>accept4, accept(2). Required: the framework accepts by it. Here only to ask whether it is allowed.</summary>
    [LibraryImport(Name, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int fd, byte* address, uint* addressBytes, int flags);

    /// <summary>setpriority(2), by whose page a thread has a nice value of its own. Refused: it stays as it is.</summary>
    [LibraryImport(Name, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, uint who, int niceness);

    /// <summary>statx(2), with the offsets of its page. Refused: fstatat.</summary>
    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int directory, byte* path, int flags, uint mask, byte* stat);

    /// <summary>fstatat(2), with the offsets of struct stat. Refused: no file is known, so none is seen to change, or to be a device.</summary>
    [LibraryImport(Name, EntryPoint = "fstatat", SetLastError = true)]
    public static partial int StatAt(int directory, byte* path, byte* stat, int flags);
}
