namespace FastRtspProxy.Operations.Metrics;

/// <summary>What a family of metrics is, in the words of the text format.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}
