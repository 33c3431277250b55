namespace FastRtspProxy.Operations.Metrics;

/// <summary>How a number that was counted is told.</summary>
internal enum MetricUnit
{
    /// <summary>As it is: packets, bytes, viewers.</summary>
    One,

    /// <summary>Counted in microseconds, told in seconds.</summary>
    Micros,
}
