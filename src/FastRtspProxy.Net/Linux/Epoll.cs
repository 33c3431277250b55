using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>What a descriptor is ready for, epoll_ctl(2).</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    In = 1,
    Out = 4,
    Error = 8,
    HangUp = 0x10,
    PeerClosed = 0x2000,
}

/// <summary>
/// One epoll instance and the buffer of its events. <c>struct epoll_event</c> is packed on x86-64 only (12 bytes, data at 4) and
/// aligned elsewhere (16 bytes, data at 8), so it is read by offsets.
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int CapacityEvents = 256;

    private static readonly int s_strideBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly int _fd;
    private readonly byte* _events;

    /// <summary>False from the first refusal on: then <see cref="Libc.EpollWait"/> waits, in milliseconds.</summary>
    private bool _waitsNanos;

    /// <exception cref="MachineException">The kernel gives none.</exception>
    public Epoll(bool waitsNanos)
    {
        _waitsNanos = waitsNanos;
        _fd = Libc.EpollCreate(LinuxConstants.EpollCloseOnExec);
        if (_fd < 0)
        {
            throw new MachineException(KernelCalls.Sentence("epoll_create1", Marshal.GetLastPInvokeError()));
        }

        _events = (byte*)NativeMemory.AllocZeroed((nuint)(CapacityEvents * s_strideBytes));
    }

    /// <summary>Adds a descriptor; <paramref name="data"/> comes back with its events. False: the kernel refused (errno is left).</summary>
    public bool Add(int fd, EpollEvents events, ulong data) => Control(LinuxConstants.EpollAdd, fd, events, data);

    /// <summary>Changes what is waited for.</summary>
    public bool Modify(int fd, EpollEvents events, ulong data) => Control(LinuxConstants.EpollChange, fd, events, data);

    /// <summary>Takes a descriptor out; before it is closed.</summary>
    public bool Remove(int fd) => Control(LinuxConstants.EpollRemove, fd, EpollEvents.None, 0);

    /// <summary>
    /// Waits for events: microseconds, -1 for no limit. Returns how many there are, 0 also after a signal; minus errno for any other error, after
    /// which the caller must pause: asked again at once, a kernel that refuses would be asked for ever.
    /// </summary>
    public int Wait(long timeoutMicros)
    {
        int count = _waitsNanos && timeoutMicros > 0 ? WaitNanos(timeoutMicros) : WaitMillis(timeoutMicros);
        if (count >= 0)
        {
            return count;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == LinuxConstants.ErrorInterrupted ? 0 : -errno;
    }

    /// <summary>The event at an index below the last <see cref="Wait"/>'s count.</summary>
    public EpollEvents EventAt(int index, out ulong data)
    {
        byte* entry = _events + (index * s_strideBytes);
        data = Unsafe.ReadUnaligned<ulong>(entry + s_dataOffset);
        return (EpollEvents)Unsafe.ReadUnaligned<uint>(entry);
    }

    public void Dispose()
    {
        _ = Libc.Close(_fd);
        NativeMemory.Free(_events);
    }

    private int WaitNanos(long timeoutMicros)
    {
        TimeSpec limit = TimeSpec.OfMicros(timeoutMicros);
        int count = Libc.EpollPwait2(_fd, _events, CapacityEvents, &limit, 0);
        if (count < 0 && KernelCalls.IsRefusal(Marshal.GetLastPInvokeError()))
        {
            _waitsNanos = false;
            return WaitMillis(timeoutMicros);
        }

        return count;
    }

    private int WaitMillis(long timeoutMicros)
    {
        int milliseconds = timeoutMicros < 0 ? -1 : (int)Math.Min(int.MaxValue, (timeoutMicros + 999) / 1000);
        return Libc.EpollWait(_fd, _events, CapacityEvents, milliseconds);
    }

    private bool Control(int operation, int fd, EpollEvents events, ulong data)
    {
        byte* entry = stackalloc byte[16];
        Unsafe.WriteUnaligned(entry, (uint)events);
        Unsafe.WriteUnaligned(entry + s_dataOffset, data);
        return Libc.EpollCtl(_fd, operation, fd, entry) == 0;
    }
}
