using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who wants to see which stream. Its right was looked at.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Address">Whose place it takes.</param>
internal sealed record LiveRequest(string Stream, IPAddress Address)
{
    /// <summary>As it named itself; null: it has not.</summary>
    public string? Agent { get; init; }

    /// <summary>Who logged in; null: nobody.</summary>
    public string? User { get; init; }
}
