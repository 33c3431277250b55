using System.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// Who may watch one stream, of those whose role lets them: it takes away, and never gives. Where both roles and networks are given, both must hold.
/// </summary>
/// <param name="Streams">The stream; a pattern where the stream is one (`lobby-*`).</param>
public sealed record StreamAccess(StreamPattern Streams)
{
    /// <summary>The names of roles; empty: any.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Networks; empty: any.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];
}
