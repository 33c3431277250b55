using System.Runtime.InteropServices;
using System.Text;
using FastRtspProxy.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace FastRtspProxy.Net;

/// <summary>
/// A file that is read from its beginning to its end, and no wait for anything but the disk: the framework opens a named pipe until somebody writes
/// to it, and reads a terminal until somebody types. Not for the threads of sockets.
/// </summary>
/// <param name="Kind">Only a regular file is read, and one of which that is not known.</param>
/// <param name="Bytes">Empty where it was not read.</param>
/// <param name="IsOpenToOthers">Users that are neither the owner nor of its group may read it.</param>
/// <param name="Error">Of errno(3); 0: none.</param>
internal sealed record WholeFile(FileKind Kind, byte[] Bytes, bool IsOpenToOthers, int Error)
{
    /// <summary>S_IFMT of inode(7), and what stands in it.</summary>
    private const int KindMask = 0xF000;

    private const int OthersMayRead = 4;

    public bool IsMissing => Error is LinuxConstants.ErrorNoEntry or LinuxConstants.ErrorNotDirectory;

    public bool IsDenied => Error is LinuxConstants.ErrorAccess or LinuxConstants.ErrorNotPermitted;

    /// <summary>In the words of the system; null: it was read, or is not of a kind that is.</summary>
    public string? ErrorText => Error == 0 ? null : Marshal.GetPInvokeErrorMessage(Error);

    /// <summary>The bytes, one more than <paramref name="bytesMax"/> at most.</summary>
    public static unsafe WholeFile Read(string path, int bytesMax)
    {
        // It is looked at before it is opened, because opening alone starts a watchdog or rewinds a tape, and again behind it, because another file
        // may have the name by then.
        FileStat? stat = FileStat.OfPath(path);
        if (!MayBeRead(KindOf(stat)))
        {
            return Unread(KindOf(stat), 0);
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return Unread(FileKind.Unknown, LinuxConstants.ErrorNoEntry); // the system would take what stands before it for the whole path
        }

        const int Flags = LinuxConstants.OpenReadOnly | LinuxConstants.OpenNonBlock | LinuxConstants.OpenNoTerminal | LinuxConstants.OpenCloseOnExec;
        int fd;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            fd = Libc.Open(name, Flags);
        }

        if (fd < 0)
        {
            return Unread(FileKind.Unknown, Marshal.GetLastPInvokeError());
        }

        using SafeFileHandle handle = new(fd, ownsHandle: true);
        stat = FileStat.OfDescriptor(fd);
        if (!MayBeRead(KindOf(stat)))
        {
            return Unread(KindOf(stat), 0);
        }

        byte[] bytes = new byte[bytesMax + 1];
        int error = Fill(fd, bytes, out int count);
        return error != 0
            ? Unread(error == LinuxConstants.ErrorAgain ? FileKind.Pipe : FileKind.Unknown, error)
            : new WholeFile(FileKind.Regular, bytes[..count], stat is { } known && (known.Mode & OthersMayRead) != 0, 0);
    }

    private static unsafe int Fill(int fd, byte[] bytes, out int count)
    {
        count = 0;
        fixed (byte* to = bytes)
        {
            while (count < bytes.Length)
            {
                nint got = Libc.Read(fd, to + count, bytes.Length - count);
                if (got == 0)
                {
                    return 0;
                }

                int error = got < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (error != 0 && error != LinuxConstants.ErrorInterrupted)
                {
                    return error;
                }

                count += (int)Math.Max(0, got);
            }
        }

        return 0;
    }

    private static WholeFile Unread(FileKind kind, int error) => new(kind, [], false, error);

    private static bool MayBeRead(FileKind kind) => kind is FileKind.Regular or FileKind.Unknown;

    private static FileKind KindOf(FileStat? stat)
    {
        return (stat?.Mode & KindMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            0x2000 or 0x6000 => FileKind.Device,
            _ => FileKind.Unknown,
        };
    }
}
