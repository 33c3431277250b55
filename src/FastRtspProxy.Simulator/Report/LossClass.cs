namespace FastRtspProxy.Simulator.Report;

/// <summary>So many clients lost between these two percentages.</summary>
internal sealed record LossClass(string Name, int Clients);
