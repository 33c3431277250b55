namespace FastRtspProxy.Engine;

/// <summary>Which pages of browsers may speak RTSP over WebSocket. Whoever is no page sends no Origin, and logs in like everybody else.</summary>
public sealed record WebSocketRules
{
    /// <summary>Pages of other servers that may: <c>https://nvr.example</c>.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];

    /// <summary>Names of this machine, beside its addresses and localhost: pages that it serves may.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}
