namespace FastRtspProxy.Simulator.Report;

/// <summary>A pass criterion and what came of it.</summary>
internal sealed record Criterion(string Name, string Limit, string Found, bool Holds);
