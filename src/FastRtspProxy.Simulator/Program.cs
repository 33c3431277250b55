using FastRtspProxy.Engine.Diagnostics;

namespace FastRtspProxy.Simulator;

/// <summary>The program <c>rtspsim</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        OutOfMemory.EndsTheProcess();

        // Before the first socket is made: its engine reads this once. A completion then costs no hop through the thread pool.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        return SimulatorProgram.RunAsync(arguments, Console.Out, Console.Error);
    }
}
