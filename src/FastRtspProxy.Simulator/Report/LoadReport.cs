namespace FastRtspProxy.Simulator.Report;

/// <summary>All that a run found: the JSON file is this, and the summary and the HTML page are made from it. Times are microseconds where the name does not say otherwise.</summary>
internal sealed record LoadReport
{
    public string Tool { get; init; } = "rtspsim load";

    public required string Version { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>From the first connect to the first TEARDOWN.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>It was ended before its time.</summary>
    public required bool Interrupted { get; init; }

    public required bool Passed { get; init; }

    public required IReadOnlyList<Criterion> Criteria { get; init; }

    public required MachineInfo Machine { get; init; }

    /// <summary>Without credentials.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    public required RunSettings Settings { get; init; }

    public required ClientCounts Clients { get; init; }

    public required PacketCounts Packets { get; init; }

    /// <summary>Of clients that were slow or stopped on purpose.</summary>
    public required PacketCounts HandicappedPackets { get; init; }

    public required LossAttribution LossBy { get; init; }

    public required AccessUnitCounts AccessUnits { get; init; }

    /// <summary>From the camera's send time of a frame (CLOCK_REALTIME, in its SEI) to the arrival of its last packet; live frames only.</summary>
    public required LatencySummary FrameLatency { get; init; }

    public required IReadOnlyList<PercentilePoint> FrameLatencyDistribution { get; init; }

    /// <summary>From the end of a video frame to the end of the next one of the same client.</summary>
    public required LatencySummary FrameGap { get; init; }

    /// <summary>From the beginning of a client's connect.</summary>
    public required LatencySummary TimeToFirstPacket { get; init; }

    public required IReadOnlyList<PercentilePoint> TimeToFirstPacketDistribution { get; init; }

    /// <summary>From the beginning of a client's connect to the end of its first key frame.</summary>
    public required LatencySummary TimeToFirstKeyFrame { get; init; }

    public required IReadOnlyList<PercentilePoint> TimeToFirstKeyFrameDistribution { get; init; }

    /// <summary>By kind.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    public required ToolCost ToolCost { get; init; }

    public required IReadOnlyList<LossClass> LossPerClient { get; init; }

    /// <summary>The clients that lost most, worst first.</summary>
    public required IReadOnlyList<ClientLoss> WorstClients { get; init; }

    public required IReadOnlyList<TimelinePoint> Timeline { get; init; }
}

/// <summary>A pass criterion and what came of it.</summary>
internal sealed record Criterion(string Name, string Limit, string Found, bool Holds);

/// <summary>Where it ran.</summary>
internal sealed record MachineInfo(string System, string Processor, int Cores, string Runtime);

/// <summary>What was asked for.</summary>
internal sealed record RunSettings(
    int Clients, IReadOnlyList<string> Transports, double RampPerSecond, double DurationSeconds, double ChurnPerSecond, double SlowShare, double StoppedShare, double VanishShare, bool Verify);

/// <summary>Clients over the run.</summary>
internal sealed record ClientCounts(int Started, int PlayingAtOncePeak, int PlayingAtEnd, int Failed, int ClosedByServerWhileSlow);

/// <summary>Packets received.</summary>
internal sealed record PacketCounts(
    long Received, long Bytes, long Lost, double LossPercent, long Duplicated, long Reordered, long Malformed, long Foreign, long Restarts, long Rtcp, long SenderReports);

/// <summary>Who lost them: the kernel says what our own sockets overflowed by; over TCP and on one machine the rest is the server's; else it cannot be told from outside.</summary>
internal sealed record LossAttribution(long Server, long NetworkOrServer, long Tool);

/// <summary>Frames, and what the camera's stamps say about them.</summary>
internal sealed record AccessUnitCounts(
    long Frames, long KeyFrames, long Stamped, long Verified, long Incomplete, long Truncated, long Corrupt, long CatchUp, long BeforeTheyWereSent);

/// <summary>What the tool itself took.</summary>
internal sealed record ToolCost(
    double CpuSeconds, double CpuPercentOfOneCore, double CpuMicrosPerPacket, long KernelDrops, LatencySummary TurnDelay, long PeakResidentBytes, long AllocatedBytes, int Threads);

/// <summary>So many clients lost between these two percentages.</summary>
internal sealed record LossClass(string Name, int Clients);

/// <summary>One client's loss.</summary>
internal sealed record ClientLoss(int Client, string Transport, string Manner, long Packets, long Lost, double LossPercent);

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
    int WatchedDescriptors);
