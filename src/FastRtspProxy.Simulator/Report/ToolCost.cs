namespace FastRtspProxy.Simulator.Report;

/// <summary>What the tool itself took.</summary>
internal sealed record ToolCost(
    double CpuSeconds, double CpuPercentOfOneCore, double CpuMicrosPerPacket, long KernelDrops, LatencySummary TurnDelay, long PeakResidentBytes, long AllocatedBytes, int Threads);
