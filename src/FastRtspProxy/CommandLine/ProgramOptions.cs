using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.CommandLine;

/// <summary>What the program runs with.</summary>
internal sealed record ProgramOptions
{
    /// <summary>What the engine is told.</summary>
    public required ProxyOptions Engine { get; init; }

    /// <summary>What <see cref="Engine"/> was made of.</summary>
    public required ProxyConfig Config { get; init; }

    /// <summary>The HTTP server; that of a demo is there without being asked for.</summary>
    public required HttpConfig Http { get; init; }

    /// <summary>Information, or Debug with <c>-v</c>, or Trace with <c>-V</c>.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Serve the built-in camera; it is the first stream.</summary>
    public bool Demo { get; init; }

    /// <summary>The port of <c>-p</c>, or null when it was not given: only then is the fall-back to other ports worth a line.</summary>
    public int? AskedPort { get; init; }

    public static ProgramOptions Of(ProxyConfig config, bool demo, int? askedPort) => new()
    {
        Engine = EngineOptions.Of(config),
        Config = config,
        Http = config.Http,
        LogLevel = config.Log.Level,
        Demo = demo,
        AskedPort = askedPort,
    };
}
