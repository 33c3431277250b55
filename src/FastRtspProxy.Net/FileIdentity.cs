using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// What tells a file from the one that had its name before, and its content from the content before, behind all symbolic links. The change time is
/// the kernel's own, so a copy with an old time and the same size is another one all the same.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Bytes, long ModifiedNanos, long ChangedNanos)
{
    /// <summary>Null: there is no such file, or it may not be looked at.</summary>
    public static FileIdentity? Of(string path) => FileStat.OfPath(path) is { } stat
        ? new FileIdentity(stat.Device, stat.Inode, stat.Bytes, stat.ModifiedNanos, stat.ChangedNanos)
        : null;
}
