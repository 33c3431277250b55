namespace FastRtspProxy.Operations.Metrics;

/// <summary>A family that each stream has.</summary>
/// <param name="Family">Its name.</param>
/// <param name="Series">What a stream has of it.</param>
internal sealed record StreamFamily(MetricFamily Family, StreamSeries[] Series);
