using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Net.Linux;

/// <summary>The system calls that the framework has no name for, as glibc declares them. Errors are read with <c>Marshal.GetLastPInvokeError</c>.</summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    /// <summary>epoll_create(2).</summary>
    [LibraryImport(Name, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>epoll_ctl(2).</summary>
    [LibraryImport(Name, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollCtl(int epoll, int operation, int fd, byte* eventBytes);

    /// <summary>epoll_wait(2): milliseconds. The twin of <see cref="EpollPwait2"/> before glibc 2.35 or Linux 5.11.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    /// <summary>epoll_pwait2, epoll_wait(2): nanoseconds.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_pwait2", SetLastError = true)]
    public static partial int EpollPwait2(int epoll, byte* events, int maxEvents, TimeSpec* timeout, nint signalMask);

    /// <summary>eventfd(2).</summary>
    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    /// <summary>read(2).</summary>
    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint count);

    /// <summary>write(2).</summary>
    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint count);

    /// <summary>_exit(2): at once, without handlers and finalizers.</summary>
    [LibraryImport(Name, EntryPoint = "_exit")]
    public static partial void Exit(int status);

    /// <summary>close(2).</summary>
    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    /// <summary>send(2). Portable twin: <c>Socket.Send</c>.</summary>
    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* buffer, nint count, int flags);

    /// <summary>recv(2). Portable twin: <c>Socket.Receive</c>.</summary>
    [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, byte* buffer, nint count, int flags);

    /// <summary>sendto(2). Portable twin: <c>Socket.SendTo</c>.</summary>
    [LibraryImport(Name, EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int fd, byte* buffer, nint count, int flags, byte* address, uint addressBytes);

    /// <summary>sendmsg(2). Portable twin: <c>Socket.Send(IList)</c>.</summary>
    [LibraryImport(Name, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int fd, MessageHeader* message, int flags);

    /// <summary>recvmsg(2), for the error queue.</summary>
    [LibraryImport(Name, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(int fd, MessageHeader* message, int flags);

    /// <summary>sendmmsg(2). Portable twin: <c>Socket.SendTo</c> for each packet and destination.</summary>
    [LibraryImport(Name, EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(int fd, MultiMessage* messages, uint count, int flags);

    /// <summary>recvmmsg(2). Portable twin: <c>Socket.ReceiveFrom</c> for each packet.</summary>
    [LibraryImport(Name, EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(int fd, MultiMessage* messages, uint count, int flags, TimeSpec* timeout);

    /// <summary>setsockopt(2), socket(7), udp(7), tcp(7), ip(7).</summary>
    [LibraryImport(Name, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int fd, int level, int option, void* value, uint valueBytes);

    /// <summary>getsockopt(2).</summary>
    [LibraryImport(Name, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int fd, int level, int option, void* value, uint* valueBytes);

    /// <summary>getrlimit(2).</summary>
    [LibraryImport(Name, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetResourceLimit(int resource, ResourceLimit* limit);

    /// <summary>setrlimit, getrlimit(2).</summary>
    [LibraryImport(Name, EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetResourceLimit(int resource, ResourceLimit* limit);

    /// <summary>socket(2). Portable twin: <c>new Socket</c>.</summary>
    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int OpenSocket(int family, int type, int protocol);

    /// <summary>bind(2).</summary>
    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint addressBytes);

    /// <summary>connect(2).</summary>
    [LibraryImport(Name, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, byte* address, uint addressBytes);
}
