using System.Runtime.InteropServices;

namespace FastRtspProxy.Tests.Net;

/// <summary>Takes system calls away from the calling thread, for good: seccomp(2) by prctl(2), without SECCOMP_FILTER_FLAG_TSYNC, so that no other thread is touched.</summary>
internal static unsafe partial class SeccompFilter
{
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int FilterMode = 2;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint ReturnErrno = 0x0005_0000;
    private const uint ReturnAllow = 0x7FFF_0000;

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>What glibc's epoll_wait makes: epoll_wait on x64, epoll_pwait on arm64.</summary>
    public static uint EpollWait => IsX64 ? 232u : 22u;

    public static uint EpollPwait2 => 441;

    public static uint Statx => IsX64 ? 332u : 291u;

    /// <summary>From now on the calls answer with the error and do nothing, on this thread.</summary>
    public static void Refuse(int errno, params uint[] calls)
    {
        Instruction* filter = stackalloc Instruction[(2 * calls.Length) + 2];
        ushort length = 0;
        filter[length++] = new Instruction { Code = LoadWord }; // offset 0 of struct seccomp_data: the number
        foreach (uint call in calls)
        {
            filter[length++] = new Instruction { Code = JumpIfEqual, IfFalse = 1, Value = call };
            filter[length++] = new Instruction { Code = Return, Value = ReturnErrno | (uint)errno };
        }

        filter[length++] = new Instruction { Code = Return, Value = ReturnAllow };
        Program program = new() { Length = length, Filter = filter };
        Assert.Equal(0, Control(SetNoNewPrivileges, 1, 0, 0, 0));
        Assert.Equal(0, Control(SetSeccomp, FilterMode, (nint)(&program), 0, 0));
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public ushort Code;
        public byte IfTrue;
        public byte IfFalse;
        public uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* Filter;
    }
}
