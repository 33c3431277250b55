namespace FastRtspProxy.Operations.Cluster;

/// <summary>A stream of a box that went, or gave it away, and that another one owned next.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="From">The box that had it.</param>
/// <param name="At">When the next one owned it, as was heard here.</param>
/// <param name="Took">From the news that the other box had lost it.</param>
internal sealed record LastTakeover(string Stream, string From, DateTimeOffset At, TimeSpan Took);
