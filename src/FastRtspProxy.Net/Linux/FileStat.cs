using System.Runtime.InteropServices;
using System.Text;

namespace FastRtspProxy.Net.Linux;

/// <summary>
/// What statx(2) says of a file, behind all symbolic links; the offsets are those of its page. Where a container's profile is older than that call,
/// fstatat(2) says the same.
/// </summary>
internal readonly record struct FileStat(ushort Mode, ulong Device, ulong Inode, ulong Bytes, long ModifiedNanos, long ChangedNanos)
{
    private const int StatBytes = 256;
    private const long NanosASecond = 1_000_000_000;

    /// <summary>Null: there is no such file, or it may not be looked at.</summary>
    public static FileStat? OfPath(string path) => Of(LinuxConstants.AtCurrentDirectory, path, 0);

    /// <summary>Null: it may not be looked at.</summary>
    public static FileStat? OfDescriptor(int fd) => Of(fd, "", LinuxConstants.AtEmptyPath);

    private static unsafe FileStat? Of(int directory, string path, int flags)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* file = name)
        {
            byte* stat = stackalloc byte[StatBytes];
            if (Libc.Statx(directory, file, flags, LinuxConstants.StatxBasicStats, stat) == 0)
            {
                return OfStatx(new ReadOnlySpan<byte>(stat, StatBytes));
            }

            return KernelCalls.IsRefusal(Marshal.GetLastPInvokeError()) && IsKnown(directory, file, flags, stat)
                ? OfStat(new ReadOnlySpan<byte>(stat, StatBytes))
                : null;
        }
    }

    private static unsafe bool IsKnown(int directory, byte* file, int flags, byte* stat)
    {
        try
        {
            return Libc.StatAt(directory, file, stat, flags) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // glibc before 2.33 has it under no name of its own
        }
    }

    private static FileStat OfStatx(ReadOnlySpan<byte> stat)
    {
        ulong device = ((ulong)ReadUInt32(stat, 136) << 32) | ReadUInt32(stat, 140);
        ushort mode = BitConverter.ToUInt16(stat[28..]);
        return new FileStat(mode, device, ReadUInt64(stat, 32), ReadUInt64(stat, 40), Nanos(stat, 112), Nanos(stat, 96));
    }

    /// <summary>struct stat of stat(3type), which has st_nlink before st_mode on x64 and behind it on arm64; its times are of 64 bits each.</summary>
    private static FileStat OfStat(ReadOnlySpan<byte> stat)
    {
        // makedev(3), taken apart.
        ulong both = ReadUInt64(stat, 0);
        ulong major = ((both >> 32) & 0xFFFF_F000) | ((both >> 8) & 0xFFF);
        ulong minor = ((both >> 12) & 0xFFFF_FF00) | (both & 0xFF);
        ushort mode = BitConverter.ToUInt16(stat[(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 24 : 16)..]);
        return new FileStat(mode, (major << 32) | minor, ReadUInt64(stat, 8), ReadUInt64(stat, 48), Nanos(stat, 88), Nanos(stat, 104));
    }

    private static long Nanos(ReadOnlySpan<byte> stat, int at) => ((long)ReadUInt64(stat, at) * NanosASecond) + ReadUInt32(stat, at + 8);

    private static uint ReadUInt32(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt32(stat[at..]);

    private static ulong ReadUInt64(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt64(stat[at..]);
}
