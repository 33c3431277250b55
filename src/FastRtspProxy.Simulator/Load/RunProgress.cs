namespace FastRtspProxy.Simulator.Load;

/// <summary>What a run will be.</summary>
internal sealed record RunProgress(TimeSpan Total, int Clients);
