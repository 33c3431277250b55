using System.Runtime.InteropServices;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Output;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy;

/// <summary>From the arguments to the exit status.</summary>
/// <param name="programName">How we were started; the usage names it.</param>
/// <param name="output">Standard output: <c>--help</c>, <c>--version</c>, <c>--check</c> and <c>--healthcheck</c> only.</param>
/// <param name="errors">Standard error: everything else, as with LIVE555.</param>
internal sealed class ProxyProgram(string programName, TextWriter output, Stream errors)
{
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ParseOutcome outcome = CommandLineParser.Parse(arguments);
        if (outcome is ParseOutcome.Print print)
        {
            return await PrintAsync(print.Text);
        }

        if (outcome is ParseOutcome.DescribeBuild)
        {
            return await PrintAsync(BuildText.Whole());
        }

        if (outcome is ParseOutcome.Load { Request: { OnlyChecks: true } asked })
        {
            return await CheckAsync(asked);
        }

        if (outcome is ParseOutcome.AskHealth ask)
        {
            return await AskHealthAsync(ask.Http);
        }

        if (outcome is ParseOutcome.Load { Request: { AsksHealth: true } request })
        {
            LoadedConfig loaded = new ConfigSource(request).Load();
            return loaded.Config is { } config
                ? await AskHealthAsync(config.Http)
                : await PrintAsync(string.Concat(loaded.Lines.Select(static line => line + "\n"))) | 1;
        }

        using LineQueue lines = new(errors);
        if (outcome is ParseOutcome.Load load)
        {
            return await RunFileAsync(load.Request, lines);
        }

        LogStyle style = new();
        ProgramLines program = new(lines, style, TimeProvider.System);
        program.Say(Banner.Head());
        if (outcome is ParseOutcome.Refuse wrong)
        {
            program.Say(Printable.Line(wrong.Line) + "\n" + HelpText.Usage(programName));
            return 1;
        }

        if (outcome is ParseOutcome.Capture capture)
        {
            return IsOpenSslUsable(program) ? await new CaptureProgram(lines, program, style).RunAsync(capture.Arguments) : 1;
        }

        return IsOpenSslUsable(program) ? await new ProxyRun(lines, program, style).RunAsync(((ParseOutcome.Run)outcome).Options, null) : 1;
    }

    /// <summary>The file says how it is spoken, too; what is wrong with it is said in plain lines.</summary>
    private static async Task<int> RunFileAsync(ConfigRequest request, LineQueue lines)
    {
        // A hang-up while the file is read for the first time must not end the program: it is read again.
        await using FileWatch watch = new(TimeProvider.System);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            watch.OnHangUp();
        });
        ConfigSource source = new(request);
        LoadedConfig loaded = source.Begin();
        LogStyle style = new();
        if (loaded.Config is { } config)
        {
            style.Set(config.Log);
        }

        ProgramLines program = new(lines, style, TimeProvider.System);
        lines.Style = program.Styled;
        program.Say(Banner.Head());
        foreach (string line in loaded.Lines)
        {
            program.Say(line + "\n");
        }

        return loaded.Config is { } right && IsOpenSslUsable(program)
            ? await new ProxyRun(lines, program, style).RunAsync(
                ProgramOptions.Of(right, request.Demo, request.AskedPort), new ReloadSource(source, watch, right))
            : 1;
    }

    private static bool IsOpenSslUsable(ProgramLines program)
    {
        if (OpenSslLibrary.WhyUnusable() is not { } unusable)
        {
            return true;
        }

        program.Say(unusable + "\n");
        return false;
    }

    /// <summary><c>--check</c>: everything that is to be said, and a last line with the sum.</summary>
    private async Task<int> CheckAsync(ConfigRequest request)
    {
        LoadedConfig loaded = new ConfigSource(request).Load();
        int warnings = loaded.Remarks.Count(static remark => remark.IsWarning);
        string sum = loaded.Remarks.Count == 0 ? "good" : $"{Count(loaded.Remarks.Count - warnings, "error")}, {Count(warnings, "warning")}";
        int status = await PrintAsync($"{string.Concat(loaded.Lines.Select(static line => line + "\n"))}{loaded.File}: {sum}\n");
        return loaded.Config is null ? 1 : status;

        static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
    }

    /// <summary><c>--healthcheck</c>: for containers, whose images have no other client.</summary>
    private async Task<int> AskHealthAsync(HttpConfig http)
    {
        (bool isGood, string line) = await HealthCheck.AskAsync(http);
        int status = await PrintAsync(line + "\n");
        return isGood ? status : 1;
    }

    /// <summary>What was asked for is the answer: one that cannot be written (a full disk) is a failure.</summary>
    private async Task<int> PrintAsync(string text)
    {
        try
        {
            await output.WriteAsync(text);
            await output.FlushAsync();
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            using LineQueue lines = new(errors);
            lines.Add($"Standard output cannot be written: {Printable.Line(e.Message)}\n");
            return 1;
        }
    }
}
