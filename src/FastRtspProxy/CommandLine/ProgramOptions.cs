using FastRtspProxy.Engine;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.CommandLine;

/// <summary>The parsed command line.</summary>
internal sealed record ProgramOptions
{
    /// <summary>What the engine is told.</summary>
    public required ProxyOptions Engine { get; init; }

    /// <summary>Information, or Debug with <c>-v</c>, or Trace with <c>-V</c>.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Serve the built-in camera; it is the first stream.</summary>
    public bool Demo { get; init; }

    /// <summary>The port of <c>-p</c>, or null when it was not given: only then is the fall-back to other ports worth a line.</summary>
    public int? AskedPort { get; init; }
}
