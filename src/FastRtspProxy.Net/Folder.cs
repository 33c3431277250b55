using System.Text;
using FastRtspProxy.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace FastRtspProxy.Net;

/// <summary>A folder of files that are ours. Not for the threads of sockets.</summary>
internal static class Folder
{
    /// <summary>
    /// The files in it, by their names without the path, in the order of their letters; the folder is made where it is not there, for its owner
    /// alone. What a write that was cut short left behind is taken away.
    /// </summary>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static IReadOnlyList<string> Open(string path, string ending)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string left in Directory.EnumerateFiles(path, WrittenFile.UnfinishedPrefix + "*"))
        {
            File.Delete(left);
        }

        return
        [
            .. Directory.EnumerateFiles(path).Select(static file => Path.GetFileName(file))
                .Where(name => name.EndsWith(ending, StringComparison.Ordinal) && !name.StartsWith('.')).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>True where every user of this machine may put files into it.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static bool IsOpenToOthers(string path) => (File.GetUnixFileMode(path) & UnixFileMode.OtherWrite) != 0;

    /// <summary>Null: it cannot be opened.</summary>
    internal static unsafe SafeFileHandle? Handle(string path)
    {
        int fd;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            fd = Libc.Open(name, LinuxConstants.OpenReadOnly | LinuxConstants.OpenCloseOnExec);
        }

        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }
}
