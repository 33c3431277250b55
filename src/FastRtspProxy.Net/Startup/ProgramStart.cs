using FastRtspProxy.Net;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// What both programs do first, in an order that matters: nothing may have been opened, and no library have looked at the environment, before it.
/// </summary>
internal static class ProgramStart
{
    /// <summary>The framework's console alone opens some eight of its own at its first line, and aborts the process when it cannot.</summary>
    private const int ConsoleDescriptors = 16;

    /// <summary>Where error output goes; null: the program ends with status 1, and the reason was said.</summary>
    public static Stream? Begin()
    {
        if (!StandardDescriptors.TryOccupy())
        {
            StandardDescriptors.Say("Input, output or errors are closed, and neither /dev/null nor a pipe can be had instead: open all three.\n");
            return null;
        }

        OutOfMemory.EndsTheProcess();
        if (SocketSetup.RaiseDescriptorLimit() is < ConsoleDescriptors and long limit)
        {
            StandardDescriptors.Say(ShardGroup.WhyTooFewDescriptors(limit, Environment.ProcessorCount) + "\n");
            return null;
        }

        Stream errors = StandardDescriptors.Streams();
        CertificateBundle.UseTheMachines();

        // The engine of the sockets reads this once. Completions then run on the engine's own thread, which only posts to a shard's inbox; by way of
        // the thread pool each costs a third more CPU time and a wake-up more.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        return errors;
    }
}
