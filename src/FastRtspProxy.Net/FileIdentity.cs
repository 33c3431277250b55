using System.Text;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// What tells a file from the one that had its name before, and its content from the content before: statx(2), behind all symbolic links. The change
/// time is the kernel's own, so a copy with an old time and the same size is another one all the same.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Bytes, long ModifiedNanos, long ChangedNanos)
{
    private const int StatBytes = 256;
    private const long NanosASecond = 1_000_000_000;

    /// <summary>Null: there is no such file, or it may not be looked at.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        Span<byte> stat = stackalloc byte[StatBytes];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* file = name, to = stat)
        {
            if (Libc.Statx(LinuxConstants.AtCurrentDirectory, file, 0, LinuxConstants.StatxBasicStats, to) != 0)
            {
                return null;
            }
        }

        ulong device = ((ulong)ReadUInt32(stat, 136) << 32) | ReadUInt32(stat, 140);
        return new FileIdentity(device, ReadUInt64(stat, 32), ReadUInt64(stat, 40), Nanos(stat, 112), Nanos(stat, 96));
    }

    private static long Nanos(ReadOnlySpan<byte> stat, int at) => ((long)ReadUInt64(stat, at) * NanosASecond) + ReadUInt32(stat, at + 8);

    private static uint ReadUInt32(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt32(stat[at..]);

    private static ulong ReadUInt64(ReadOnlySpan<byte> stat, int at) => BitConverter.ToUInt64(stat[at..]);
}
