using System.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// Who may watch one stream, of those whose role lets them: it takes away, and never gives. What is given must all hold.
/// </summary>
/// <param name="Streams">The stream; a pattern where the stream is one (`lobby-*`).</param>
public sealed record StreamAccess(StreamPattern Streams)
{
    /// <summary>The names of roles; empty: any.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Networks; empty: any.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];

    /// <summary>Only who comes by TLS.</summary>
    public bool SecureOnly { get; init; }
}
