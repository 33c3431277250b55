namespace FastRtspProxy.Simulator.Report;

/// <summary>A curve: its points in order of X; NaN in Y interrupts it.</summary>
internal sealed record ChartSeries(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, bool Filled = false);
