namespace FastRtspProxy.Engine;

/// <summary>
/// How much may go out, in Mbit/s, judged when a viewer begins to play by what its stream was measured to be; null: as much as there is. Nobody who
/// plays is ended for it: a stream may come to take more later.
/// </summary>
public sealed record EgressLimits
{
    /// <summary>Of one viewer: streams that are larger are not served.</summary>
    public double? PerViewerMbits { get; init; }

    /// <summary>Of all viewers of one stream together.</summary>
    public double? PerStreamMbits { get; init; }

    /// <summary>Of all viewers of all streams together.</summary>
    public double? TotalMbits { get; init; }
}
