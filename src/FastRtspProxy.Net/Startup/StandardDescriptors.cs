using System.Text;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// The descriptors 0 to 2 of a program that was started without some of them (<c>2&gt;&amp;-</c>). Left closed, their numbers would go to the next
/// file or socket, and log lines would be written into it.
/// </summary>
internal static unsafe class StandardDescriptors
{
    private const int Output = 1;
    private const int Errors = 2;

    private static bool s_ownsOutput;
    private static bool s_ownsErrors;

    /// <summary>
    /// The very first thing in a program. Closed ones are opened on /dev/null. One that the runtime has taken already cannot be freed, and is known
    /// by its flag: no descriptor that is closed at exec comes from whoever started us.
    /// </summary>
    /// <returns>False: one of them stays closed, and the program must not go on; there may be nowhere to say it.</returns>
    public static bool TryOccupy()
    {
        bool isDone = true;
        for (int fd = 0; fd <= Errors; fd++)
        {
            int flags = Libc.Control(fd, LinuxConstants.GetDescriptorFlags);
            if (flags < 0)
            {
                isDone &= TryOpenOnNothing(fd, "/dev/null\0"u8);
                continue;
            }

            bool isOwn = (flags & LinuxConstants.CloseOnExecFlag) != 0;
            s_ownsOutput |= isOwn && fd == Output;
            s_ownsErrors |= isOwn && fd == Errors;
        }

        return isDone;
    }

    /// <summary>What would be written into a descriptor that the runtime has taken is written nowhere. After <see cref="TryOccupy"/>.</summary>
    /// <returns>Where error output goes.</returns>
    public static Stream Streams()
    {
        if (s_ownsOutput)
        {
            Console.SetOut(TextWriter.Null);
        }

        if (!s_ownsErrors)
        {
            return Console.OpenStandardError();
        }

        Console.SetError(TextWriter.Null);
        return Stream.Null;
    }

    /// <summary>
    /// Writes a sentence to error output without the framework's console, which may be missing; where descriptor 2 was not given to us by whoever
    /// started the program, it is written nowhere.
    /// </summary>
    public static void Say(string text)
    {
        if (!s_ownsErrors)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            fixed (byte* data = bytes)
            {
                _ = Libc.Write(Errors, data, bytes.Length);
            }
        }
    }

    /// <summary>
    /// Opens a descriptor that is closed on a file from which nothing comes, and in which nothing stays. Where there is none, as in a directory that
    /// was made the root, it is the end of a pipe whose other end is closed.
    /// </summary>
    /// <param name="fd">Which.</param>
    /// <param name="file">The file's path, with a zero behind it.</param>
    internal static bool TryOpenOnNothing(int fd, ReadOnlySpan<byte> file)
    {
        fixed (byte* path = file)
        {
            int opened = Libc.Open(path, LinuxConstants.OpenReadWrite);
            return opened >= 0 ? TryMove(opened, fd) : TryOpenOnPipe(fd);
        }
    }

    private static bool TryOpenOnPipe(int fd)
    {
        int* ends = stackalloc int[2];
        if (Libc.MakePipe(ends, 0) < 0)
        {
            return false;
        }

        (int end, int other) = fd == 0 ? (ends[0], ends[1]) : (ends[1], ends[0]);
        if (other == fd)
        {
            // The number is that of the wrong end.
            bool isMoved = Libc.Duplicate(end, fd) >= 0;
            _ = Libc.Close(end);
            return isMoved;
        }

        _ = Libc.Close(other);
        return TryMove(end, fd);
    }

    /// <summary>The lowest free number is what a new descriptor gets: this one, unless another thread was quicker with something else.</summary>
    private static bool TryMove(int opened, int fd)
    {
        if (opened == fd)
        {
            return true;
        }

        bool isTaken = opened <= Errors || Libc.Control(fd, LinuxConstants.GetDescriptorFlags) >= 0 || Libc.Duplicate(opened, fd) >= 0;
        _ = Libc.Close(opened);
        return isTaken;
    }
}
