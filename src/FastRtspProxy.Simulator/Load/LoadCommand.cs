using System.CommandLine;

namespace FastRtspProxy.Simulator.Load;

/// <summary>`rtspsim load`: a crowd of clients against any RTSP server.</summary>
internal static class LoadCommand
{
    /// <summary>The command with its options, ready to be added to the root.</summary>
    public static Command Create(TextWriter output, TextWriter errors)
    {
        LoadCommandOptions options = new();
        Command command = new(
            "load",
            "Plays streams with a crowd of clients and looks at every packet. Exit code: 0 when the pass criteria hold, 1 when not, 2 for bad "
                + "options.");
        command.Arguments.Add(options.Urls);
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (result, cancel) =>
        {
            if (!LoadCommandReader.TryRead(result, options, out LoadOptions? read, out string? error))
            {
                await errors.WriteLineAsync("rtspsim load: " + error);
                return ExitCode.BadOptions;
            }

            return await LoadProgram.RunAsync(read, output, errors, cancel);
        });
        return command;
    }
}
