using System.Text;

namespace FastRtspProxy.Net.Linux;

/// <summary>What statx(2) says of a file, behind all symbolic links; the offsets are those of its page.</summary>
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
        Span<byte> stat = stackalloc byte[StatBytes];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* file = name, to = stat)
        {
            if (Libc.Statx(directory, file, flags, LinuxConstants.StatxBasicStats, to) != 0)
            {
                return null;
            }
        }

        ulong device = ((ulong)ReadUInt32(stat, 136) << 32) | ReadUInt32(stat, 140);
        ushort mode = BitConverter.ToUInt16(stat[28..]);
        return new FileStat(mode, device, ReadUInt64(stat, 32), ReadUInt64(stat, 40), Nanos(stat, 112), Nanos(stat, 96));
    }

    private static long Nanos(ReadOnlySpan<byte> stat, int at) => ((long)ReadUInt64(stat, at) * NanosASecond) + ReadUInt32(stat, at + 8);

    private static uint ReadUInt32(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt32(stat[at..]);

    private static ulong ReadUInt64(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt64(stat[at..]);
}
