namespace FastRtspProxy.Simulator.Report;

/// <summary>A second of the run; latencies in microseconds, 0 where nothing was measured.</summary>
internal sealed record TimelinePoint(
    double Second,
    int Playing,
    int Starting,
    int Failed,
    double MegabitsPerSecond,
    double PacketsPerSecond,
    long Lost,
    long LatencyP50,
    long LatencyP90,
    long LatencyP99,
    long LatencyMax,
    double ToolCpuPercent,
    long TurnDelayMax,
    long WatchedResidentBytes,
    int WatchedDescriptors,
    double WatchedCpuPercent);
