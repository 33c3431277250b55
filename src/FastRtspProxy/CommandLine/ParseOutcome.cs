using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.CommandLine;

/// <summary>What the arguments ask for: exactly one of these.</summary>
internal abstract record ParseOutcome
{
    private ParseOutcome()
    {
    }

    /// <summary>Start with these options.</summary>
    internal sealed record Run(ProgramOptions Options) : ParseOutcome;

    /// <summary><c>--config</c>: read the file first.</summary>
    internal sealed record Load(ConfigRequest Request) : ParseOutcome;

    /// <summary><c>--healthcheck</c> without a file: ask the proxy that serves HTTP there.</summary>
    internal sealed record AskHealth(HttpConfig Http) : ParseOutcome;

    /// <summary><c>--capture</c>: one camera, or a file of packets, into a file.</summary>
    internal sealed record Capture(CaptureArguments Arguments) : ParseOutcome;

    /// <summary><c>--help</c> or <c>--version</c>: print on standard output and end with 0.</summary>
    internal sealed record Print(string Text) : ParseOutcome;

    /// <summary><c>--version -v</c>: print what this build is made of on standard output and end with 0.</summary>
    internal sealed record DescribeBuild : ParseOutcome;

    /// <summary>Wrong arguments: one line that names the input and the remedy, then the usage, both on standard error; end with 1.</summary>
    internal sealed record Refuse(string Line) : ParseOutcome;
}
