using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Startup;
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
    private static readonly TimeSpan LongestStop = TimeSpan.FromMilliseconds(1700);

    /// <summary>The two seconds that docs/options.md promises, whatever hangs.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMilliseconds(1950);

    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ParseOutcome outcome = CommandLineParser.Parse(arguments);
        if (outcome is ParseOutcome.Print print)
        {
            return await PrintAsync(print.Text);
        }

        using var lines = new LineQueue(errors);
        lines.Add(Banner.Head());
        if (outcome is ParseOutcome.Run && OpenSslLibrary.WhyUnusable() is { } unusable)
        {
            lines.Add(unusable + "\n");
            return 1;
        }

        string? refusal = outcome switch
        {
            ParseOutcome.Refuse wrong => wrong.Line,
            _ => null,
        };
        if (refusal is null)
        {
            return await RunAsync(((ParseOutcome.Run)outcome).Options, lines);
        }

        lines.Add(Printable.Line(refusal) + "\n" + HelpText.Usage(programName));
        return 1;
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
        using var stop = new StopSignal(LongestEnd);
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
            await StopBothAsync(engine, demo).WaitAsync(LongestStop);
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
