using System.Net;

namespace FastRtspProxy.Engine.Status;

/// <summary>Something that happened, told once.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When.</param>
/// <param name="Stream">The stream's name; null: none (a refused viewer may have named none).</param>
public sealed record EngineEvent(EngineEventKind Kind, DateTimeOffset At, string? Stream)
{
    /// <summary>Of a viewer: <see cref="ViewerStatus.Id"/>.</summary>
    public string? Viewer { get; init; }

    /// <summary>Of a viewer. Whoever passes it on asks first whether addresses are wanted.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Of a viewer: udp, tcp, http, tls, live.</summary>
    public string? Way { get; init; }

    /// <summary>Why, in a word or a sentence; without credentials.</summary>
    public string? Reason { get; init; }
}
