using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net.Linux;

namespace FastRtspProxy.Engine.Startup;

/// <summary>
/// The descriptors 0 to 2 of a program that was started without some of them (<c>2&gt;&amp;-</c>). Left closed, their numbers would go to the next file or socket, and
/// log lines would be written into it.
/// </summary>
internal static unsafe class StandardDescriptors
{
    private const int Output = 1;
    private const int Errors = 2;

    /// <summary>
    /// Before a program's first descriptor. Closed ones are opened on /dev/null. One that the runtime has taken already cannot be freed, and is known by its
    /// flag: no descriptor that is closed at exec comes from whoever started us. What would be written there is written nowhere.
    /// </summary>
    /// <returns>Where error output goes.</returns>
    public static Stream Secure()
    {
        bool ownsOutput = false;
        bool ownsErrors = false;
        for (int fd = 0; fd <= Errors; fd++)
        {
            int flags = Libc.Control(fd, LinuxConstants.GetDescriptorFlags);
            if (flags < 0)
            {
                OpenOnNothing(fd);
                continue;
            }

            bool isOwn = (flags & LinuxConstants.CloseOnExecFlag) != 0;
            ownsOutput |= isOwn && fd == Output;
            ownsErrors |= isOwn && fd == Errors;
        }

        if (ownsOutput)
        {
            Console.SetOut(TextWriter.Null);
        }

        if (!ownsErrors)
        {
            return Console.OpenStandardError();
        }

        Console.SetError(TextWriter.Null);
        return Stream.Null;
    }

    private static void OpenOnNothing(int fd)
    {
        fixed (byte* path = "/dev/null\0"u8)
        {
            // The lowest free number is what open(2) gives: this one, unless another thread was quicker with something else.
            int opened = Libc.Open(path, LinuxConstants.OpenReadWrite);
            if (opened >= 0 && opened != fd)
            {
                if (opened > Errors && Libc.Control(fd, LinuxConstants.GetDescriptorFlags) < 0)
                {
                    _ = Libc.Duplicate(opened, fd);
                }

                _ = Libc.Close(opened);
            }
        }
    }
}
