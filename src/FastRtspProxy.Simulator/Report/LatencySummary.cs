using HdrHistogram;

namespace FastRtspProxy.Simulator.Report;

/// <summary>A histogram in figures; microseconds.</summary>
internal sealed record LatencySummary(long Count, long Min, double Mean, long P50, long P90, long P99, long P999, long Max)
{
    private static readonly double[] s_ladder = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100];

    public static LatencySummary Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    public static LatencySummary Of(LongHistogram histogram) => histogram.TotalCount == 0
        ? Empty
        : new(
            histogram.TotalCount,
            histogram.GetValueAtPercentile(0),
            Math.Round(histogram.GetMean(), 1),
            histogram.GetValueAtPercentile(50),
            histogram.GetValueAtPercentile(90),
            histogram.GetValueAtPercentile(99),
            histogram.GetValueAtPercentile(99.9),
            histogram.GetMaxValue());

    /// <summary>The distribution as percentile and value.</summary>
    public static IReadOnlyList<PercentilePoint> Ladder(LongHistogram histogram) => histogram.TotalCount == 0
        ? []
        : [.. s_ladder.Select(percentile => new PercentilePoint(percentile, histogram.GetValueAtPercentile(percentile)))];
}
