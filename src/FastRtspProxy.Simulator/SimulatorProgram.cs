using System.CommandLine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Probe;
using FastRtspProxy.Simulator.Replay;

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
        ParseResult result = CreateRoot(output, errors).Parse(arguments);
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

        // Help and version have actions of their own.
        bool isRun = result.Action == result.CommandResult.Command.Action;
        if (isRun && OpenSslLibrary.WhyUnusable() is { } unusable)
        {
            errors.WriteLine("rtspsim: " + unusable);
            return Task.FromResult(ExitCode.Failed);
        }

        return RunAsync(result, output, errors);
    }

    /// <summary>All commands with their options; manual page and completions are made from them, too.</summary>
    internal static RootCommand CreateRoot(TextWriter output, TextWriter errors)
    {
        return new("RTSP cameras and crowds of RTSP clients: to try, test and measure an RTSP server or proxy.")
        {
            CameraCommand.Create(),
            LoadCommand.Create(output, errors),
            ProbeCommand.Create(new PrintableWriter(output), errors),
            ReplayCommand.Create(new PrintableWriter(output), errors),
        };
    }

    private static async Task<int> RunAsync(ParseResult result, TextWriter output, TextWriter errors)
    {
        using StopSignal stop = new();
        try
        {
            // Signals are ours: the library's own handler may meet what it has disposed already.
            Task<int> run = result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = output,
                    Error = errors,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                stop.Token);
            _ = await Task.WhenAny(run, OverdueAsync(stop));
            if (run.IsCompleted)
            {
                return await run;
            }

            await errors.WriteLineAsync($"rtspsim: ended without waiting longer than {s_terminationLimit.TotalSeconds} s for the end of the run");
            return ExitCode.Failed;
        }
        catch (MachineException cause)
        {
            await errors.WriteLineAsync("rtspsim: " + cause.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitCode.Failed; // stopped before there was anything to report
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync("rtspsim: " + e.Message); // standard output on a full disk, or not open for writing
            return ExitCode.Failed;
        }
    }

    private static async Task OverdueAsync(StopSignal stop)
    {
        await stop.Task;
        await Task.Delay(s_terminationLimit);
    }
}
