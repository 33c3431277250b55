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
    public static void Occupy()
    {
        for (int fd = 0; fd <= Errors; fd++)
        {
            int flags = Libc.Control(fd, LinuxConstants.GetDescriptorFlags);
            if (flags < 0)
            {
                OpenOnNothing(fd);
                continue;
            }

            bool isOwn = (flags & LinuxConstants.CloseOnExecFlag) != 0;
            s_ownsOutput |= isOwn && fd == Output;
            s_ownsErrors |= isOwn && fd == Errors;
        }
    }

    /// <summary>What would be written into a descriptor that the runtime has taken is written nowhere. After <see cref="Occupy"/>.</summary>
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
