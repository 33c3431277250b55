using FastRtspProxy.Net.Startup;

namespace FastRtspProxy;

/// <summary>The program <c>fastrtspproxy</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using Stream? errors = ProgramStart.Begin();
        if (errors is null)
        {
            return 1;
        }

        string programName = Environment.GetCommandLineArgs()[0];
        return await new ProxyProgram(programName, Console.Out, errors).RunAsync(arguments);
    }
}
