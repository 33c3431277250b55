namespace FastRtspProxy.Operations.Metrics;

/// <summary>One of the series that a stream has in a family.</summary>
/// <param name="Figure">Where its number stands in the stream's row.</param>
/// <param name="Labels">Beside the stream's; empty: none.</param>
internal sealed record StreamSeries(int Figure, byte[] Labels)
{
    /// <summary>It is left out while it is 0, and so is that other figure; null: it is always told.</summary>
    public int? UnlessNone { get; init; }
}
