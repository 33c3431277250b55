using System.CommandLine;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Probe;

namespace FastRtspProxy.Simulator;

/// <summary>The commands.</summary>
internal static class SimulatorProgram
{
    /// <summary>After Ctrl-C a run says goodbye to its server and reports; thousands of TEARDOWNs take a moment.</summary>
    private static readonly TimeSpan s_terminationLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line; returns the exit code.</summary>
    public static Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        errors = new PrintableWriter(errors);
        RootCommand root = new("RTSP cameras and crowds of RTSP clients: to try, test and measure an RTSP server or proxy.")
        {
            CameraCommand.Create(),
            LoadCommand.Create(output, errors),
            ProbeCommand.Create(new PrintableWriter(output), errors),
        };
        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in result.Errors)
            {
                errors.WriteLine("rtspsim: " + error.Message);
            }

            string command = result.CommandResult.Command is RootCommand ? "" : " " + result.CommandResult.Command.Name;
            errors.WriteLine($"`rtspsim{command} --help` shows what there is.");
            return Task.FromResult(ExitCode.BadOptions);
        }

        return result.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            ProcessTerminationTimeout = s_terminationLimit,
        });
    }
}
