using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Simulator;

/// <summary>The program <c>rtspsim</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using Stream? errors = ProgramStart.Begin();
        return errors is null ? ExitCode.Failed : await SimulatorProgram.RunAsync(arguments, Console.Out, Console.Error);
    }
}
