using FastRtspProxy.Engine.Diagnostics;

namespace FastRtspProxy;

/// <summary>The program <c>fastrtspproxy</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        OutOfMemory.EndsTheProcess();

        // Before the first socket is made: its engine reads this once. Completions then run on the engine's own thread, which only posts
        // to a shard's inbox; by way of the thread pool each costs a third more CPU time and a wake-up more.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

        string programName = Environment.GetCommandLineArgs()[0];
        using Stream errors = Console.OpenStandardError();
        return await new ProxyProgram(programName, Console.Out, errors).RunAsync(arguments);
    }
}
