namespace FastRtspProxy.Simulator.Report;

/// <summary>So many percent of the values are at most this, in microseconds.</summary>
internal sealed record PercentilePoint(double Percentile, long Micros);
