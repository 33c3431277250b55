namespace FastRtspProxy.Simulator.Report;

/// <summary>Clients over the run.</summary>
internal sealed record ClientCounts(int Started, int PlayingAtOncePeak, int PlayingAtEnd, int Failed, int ClosedByServerWhileSlow);
