using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;

    public static TimeSpec OfMicros(long micros) => new() { Seconds = micros / 1_000_000, Nanoseconds = micros % 1_000_000 * 1000 };
}

/// <summary>struct iovec, readv(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nint Length;
}

/// <summary>struct msghdr, recvmsg(2), as 64-bit glibc lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameBytes;
    public IoVector* Vectors;
    public nint VectorCount;
    public byte* Control;
    public nint ControlBytes;
    public int Flags;
}

/// <summary>struct mmsghdr, sendmmsg(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MultiMessage
{
    public MessageHeader Header;
    public uint Bytes;
}

/// <summary>struct cmsghdr, cmsg(3); the data follows it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    public nint Bytes;
    public int Level;
    public int Type;
}

/// <summary>struct rlimit, getrlimit(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Current;
    public ulong Maximum;
}
