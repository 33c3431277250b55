using FastRtspProxy.Engine;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What a joining viewer gets first.</summary>
internal sealed record StartConfig
{
    public StartMode Mode { get; init; } = StartMode.Auto;

    /// <summary>Recorders get the past however old it is.</summary>
    public bool Recorders { get; init; }
}
