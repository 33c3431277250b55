using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Output;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy;

/// <summary>From the arguments to the exit status.</summary>
/// <param name="programName">How we were started; the usage names it.</param>
/// <param name="output">Standard output: <c>--help</c> and <c>--version</c> only.</param>
/// <param name="errors">Standard error: everything else, as with LIVE555.</param>
internal sealed class ProxyProgram(string programName, TextWriter output, Stream errors)
{
    /// <summary>The engine promises a second and a half; two seconds is our promise to whoever sent the signal.</summary>
    private static readonly TimeSpan s_longestStop = TimeSpan.FromMilliseconds(1700);

    /// <summary>The two seconds that docs/options.md promises, whatever hangs.</summary>
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromMilliseconds(1950);

    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ParseOutcome outcome = CommandLineParser.Parse(arguments);
        if (outcome is ParseOutcome.Print print)
        {
            return await PrintAsync(print.Text);
        }

        if (outcome is ParseOutcome.Load { Request: { OnlyChecks: true } asked })
        {
            return await CheckAsync(asked);
        }

        using var lines = new LineQueue(errors);
        lines.Add(Banner.Head());
        if (outcome is ParseOutcome.Refuse wrong)
        {
            lines.Add(Printable.Line(wrong.Line) + "\n" + HelpText.Usage(programName));
            return 1;
        }

        if (OpenSslLibrary.WhyUnusable() is { } unusable)
        {
            lines.Add(unusable + "\n");
            return 1;
        }

        ProgramOptions? options = outcome is ParseOutcome.Load load ? Load(load.Request, lines) : ((ParseOutcome.Run)outcome).Options;
        return options is null ? 1 : await RunAsync(options, lines);
    }

    /// <summary>The options of a file and the arguments beside it; null when something is wrong, which has been said then.</summary>
    private static ProgramOptions? Load(ConfigRequest request, LineQueue lines)
    {
        LoadedConfig loaded = Read(request);
        foreach (string line in loaded.Lines)
        {
            lines.Add(line + "\n");
        }

        return loaded.Config is { } config ? ProgramOptions.Of(config, request.Demo, request.AskedPort) : null;
    }

    /// <summary>The file as this version can serve it.</summary>
    private static LoadedConfig Read(ConfigRequest request)
    {
        LoadedConfig loaded = ConfigLoader.OfThisMachine.Load(request.File, request.Arguments);
        return loaded.Config is { } config && EngineGaps.Find(config) is { Count: > 0 } gaps ? loaded with { Config = null, Remarks = [.. gaps, .. loaded.Remarks] } : loaded;
    }

    /// <summary><c>--check</c>: everything that is to be said, and a last line with the sum.</summary>
    private async Task<int> CheckAsync(ConfigRequest request)
    {
        LoadedConfig loaded = Read(request);
        int warnings = loaded.Remarks.Count(static remark => remark.IsWarning);
        string sum = loaded.Remarks.Count == 0 ? "good" : $"{Count(loaded.Remarks.Count - warnings, "error")}, {Count(warnings, "warning")}";
        int status = await PrintAsync($"{string.Concat(loaded.Lines.Select(static line => line + "\n"))}{loaded.File}: {sum}\n");
        return loaded.Config is null ? 1 : status;

        static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
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
            using var lines = new LineQueue(errors);
            lines.Add($"Standard output cannot be written: {Printable.Line(e.Message)}\n");
            return 1;
        }
    }

    private static async Task<int> RunAsync(ProgramOptions options, LineQueue lines)
    {
        using var stop = new StopSignal(s_longestEnd);
        using ILoggerFactory log = LineLoggerProvider.CreateFactory(lines, new LogStyle { Level = options.LogLevel });
        DemoCamera? demo = null;
        try
        {
            if (options.Demo)
            {
                demo = await DemoCamera.StartAsync(log);
                options = options with { Engine = demo.Apply(options.Engine) };
            }

            ProxyEngine engine = await ProxyEngine.StartAsync(options.Engine, log);
            Announce(options, engine, lines);
            await stop.Task;
            await StopAsync(engine, demo, lines);
            return 0;
        }
        catch (ProxyStartException cause)
        {
            lines.Add(Printable.Line(cause.Message) + "\n");
            return 1;
        }
    }

    private static void Announce(ProgramOptions options, ProxyEngine engine, LineQueue lines)
    {
        string host = OwnAddress.Find(options.Engine.BindAddress, engine.ListensOnIPv4, engine.ListensOnIPv6);
        int port = engine.RtspPort;
        if (options.AskedPort is { } asked && asked != port)
        {
            lines.Add(Banner.OtherPort(asked));
        }

        // One entry: nothing that the engine says meanwhile comes between the lines of a pair.
        lines.AddLines(Banner.Streams(options.Engine, host, port, engine.TunnelPort));
        engine.StreamRegistered += (url, name) => lines.Add(Banner.Registered(url, host, port, name));
    }

    private static async Task StopAsync(ProxyEngine engine, DemoCamera? demo, LineQueue lines)
    {
        try
        {
            await StopBothAsync(engine, demo).WaitAsync(s_longestStop);
        }
        catch (TimeoutException)
        {
            lines.Add("Ended without waiting longer: some cameras or viewers may not have been told.\n");
        }
    }

    /// <summary>The proxy first: its camera is to hear its TEARDOWN.</summary>
    private static async Task StopBothAsync(ProxyEngine engine, DemoCamera? demo)
    {
        await engine.DisposeAsync();
        if (demo is not null)
        {
            await demo.DisposeAsync();
        }
    }
}
