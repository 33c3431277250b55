namespace FastRtspProxy.Simulator.Report;

/// <summary>
/// All that a run found: the JSON file is this, and the summary and the HTML page are made from it. Times are microseconds where the name does not
/// say otherwise.
/// </summary>
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

    /// <summary>From the PLAY request to the end of the client's first key frame.</summary>
    public required LatencySummary TimeFromPlayToFirstKeyFrame { get; init; }

    /// <summary>
    /// How far behind the camera a player is a second after it has shown its first key frame, when it goes on at the pace of the timestamps and
    /// leaves out what comes too late.
    /// </summary>
    public required LatencySummary BehindLiveAfterASecond { get; init; }

    /// <summary>The same for a player that waits for what comes late, and stays behind by so much.</summary>
    public required LatencySummary BehindLiveAfterASecondWaiting { get; init; }

    /// <summary>By kind.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    public required ToolCost ToolCost { get; init; }

    public required IReadOnlyList<LossClass> LossPerClient { get; init; }

    /// <summary>The clients that lost most, worst first.</summary>
    public required IReadOnlyList<ClientLoss> WorstClients { get; init; }

    public required IReadOnlyList<TimelinePoint> Timeline { get; init; }
}
