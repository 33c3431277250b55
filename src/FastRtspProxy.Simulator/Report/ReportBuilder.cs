using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Report;

/// <summary>Adds a run up and judges it.</summary>
internal static class ReportBuilder
{
    private const int WorstClients = 20;

    private static readonly (string Name, double Above)[] s_classes =
    [
        ("none", -1), ("up to 0.01 %", 0), ("up to 0.1 %", 0.01), ("up to 1 %", 0.1), ("up to 10 %", 1), ("more", 10),
    ];

    public static LoadReport Build(
        LoadOptions options,
        IReadOnlyList<LoadTarget> targets,
        DateTimeOffset started,
        TimeSpan elapsed,
        bool interrupted,
        LoadSnapshot last,
        ReceiveBucket histograms,
        List<ClientResult> results,
        LoadTimeline timeline,
        ToolCost cost,
        int clientsStarted)
    {
        ReceiveCounters normal = last.Normal;
        LatencySummary latency = LatencySummary.Of(histograms.Latency);
        List<Criterion> criteria = Judge(options, normal, latency, timeline.PeakPlaying);
        return new LoadReport
        {
            Version = typeof(ReportBuilder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Started = started,
            DurationSeconds = Math.Round(elapsed.TotalSeconds, 2),
            Interrupted = interrupted,
            Passed = criteria.TrueForAll(static one => one.Holds),
            Criteria = criteria,
            Machine = new MachineInfo(
                RuntimeInformation.OSDescription, ProcessFigures.ProcessorName(), Environment.ProcessorCount, RuntimeInformation.FrameworkDescription + (IsNative() ? ", native" : ", JIT")),
            Urls = [.. targets.Select(static target => UrlSecrets.Mask(target.Url.Text))],
            Settings = new RunSettings(
                options.Clients,
                [.. options.Transports.Select(NameOf)],
                options.RampPerSecond,
                options.Duration.TotalSeconds,
                options.ChurnPerSecond,
                options.SlowShare,
                options.StoppedShare,
                options.VanishShare,
                options.Verify),
            Clients = new ClientCounts(clientsStarted, timeline.PeakPlaying, last.Playing, last.Failed, last.ClosedByServer),
            Packets = Counts(normal),
            HandicappedPackets = Counts(last.Handicapped),
            LossBy = new LossAttribution(normal.LostByServer, Math.Max(0, normal.Lost - normal.LostByServer - normal.LostByTool), normal.LostByTool),
            AccessUnits = new AccessUnitCounts(
                normal.Frames,
                normal.KeyFrames,
                normal.UnitsStamped,
                normal.UnitsVerified,
                normal.UnitsIncomplete,
                normal.UnitsTruncated,
                normal.UnitsCorrupt,
                normal.CatchUpFrames,
                histograms.ClockErrors),
            FrameLatency = latency,
            FrameLatencyDistribution = LatencySummary.Ladder(histograms.Latency),
            FrameGap = LatencySummary.Of(histograms.FrameGap),
            TimeToFirstPacket = LatencySummary.Of(histograms.FirstPacket),
            TimeToFirstPacketDistribution = LatencySummary.Ladder(histograms.FirstPacket),
            TimeToFirstKeyFrame = LatencySummary.Of(histograms.FirstKeyFrame),
            TimeToFirstKeyFrameDistribution = LatencySummary.Ladder(histograms.FirstKeyFrame),
            TimeFromPlayToFirstKeyFrame = LatencySummary.Of(histograms.KeyFrameAfterPlay),
            BehindLiveAfterASecond = LatencySummary.Of(histograms.BehindLive),
            BehindLiveAfterASecondWaiting = LatencySummary.Of(histograms.WaitingBehindLive),
            Errors = last.Errors,
            ToolCost = cost,
            LossPerClient = Classes(results),
            WorstClients =
            [
                .. results.Where(static one => one.Manner == ClientManner.Normal && one.Lost > 0).OrderByDescending(static one => one.Lost).Take(WorstClients)
                    .Select(static one => new ClientLoss(one.Client, NameOf(one.Transport), NameOf(one.Manner), one.Packets, one.Lost, Math.Round(one.LossPercent, 4))),
            ],
            Timeline = [.. timeline.Points],
        };
    }

    /// <summary>The criteria asked for, and those that go without saying: something was received, and nothing was corrupt.</summary>
    internal static List<Criterion> Judge(LoadOptions options, in ReceiveCounters received, LatencySummary latency, int peak)
    {
        List<Criterion> criteria = [];
        long media = received.Packets - received.Unusable;
        criteria.Add(new Criterion(
            "media was received",
            "at least one packet",
            media > 0 || received.Packets == 0
                ? Text(media)
                : $"none: {Text(received.Packets)} packets are no RTP, or of a payload type that the description does not name",
            media > 0));
        if (options.MinClients is { } clients)
        {
            criteria.Add(new Criterion("clients playing at the same time", "at least " + Text(clients), Text(peak), peak >= clients));
        }

        if (options.MaxLossPercent is { } limit)
        {
            double loss = LossPercent(received);
            criteria.Add(new Criterion(
                "packet loss", $"at most {Text(limit)} %", FormattableString.Invariant($"{loss:0.#####} % ({received.Lost} packets)"), media > 0 && loss <= limit && (limit > 0 || received.Lost == 0)));
        }

        if (options.MaxP99 is { } p99)
        {
            bool measured = latency.Count > 0;
            criteria.Add(new Criterion(
                "99th percentile of the frame latency",
                $"at most {Text(p99.TotalMilliseconds)} ms",
                measured ? Text(latency.P99 / 1000.0) + " ms" : "not measured: the frames carry no send time (only those of `rtspsim camera` do)",
                measured && latency.P99 <= p99.TotalMicroseconds));
        }

        if (options.Verify)
        {
            long bad = received.UnitsCorrupt + received.UnitsTruncated + received.Malformed;
            criteria.Add(new Criterion("corrupt access units and packets", "none", Text(bad), bad == 0));
            criteria.Add(new Criterion(
                "verified access units",
                "at least one",
                received.UnitsVerified > 0 ? Text(received.UnitsVerified) : "none: the frames carry no checksum (only those of `rtspsim camera` do)",
                received.UnitsVerified > 0));
        }

        return criteria;
    }

    private static PacketCounts Counts(in ReceiveCounters from) => new(
        from.Packets,
        from.Bytes,
        from.Lost,
        Math.Round(LossPercent(from), 6),
        from.Duplicated,
        from.Reordered,
        from.Malformed,
        from.Foreign,
        from.Restarts,
        from.RtcpPackets,
        from.SenderReports);

    private static double LossPercent(in ReceiveCounters from)
    {
        long due = from.Packets - from.Unusable - from.Duplicated + from.Lost;
        return due <= 0 ? 0 : 100.0 * from.Lost / due;
    }

    private static List<LossClass> Classes(List<ClientResult> results)
    {
        int[] counts = new int[s_classes.Length];
        foreach (ClientResult result in results)
        {
            if (result.Manner != ClientManner.Normal)
            {
                continue;
            }

            int index = 0;
            double percent = result.Lost == 0 ? -0.5 : result.LossPercent;
            for (int i = 1; i < s_classes.Length; i++)
            {
                if (percent > s_classes[i].Above)
                {
                    index = i;
                }
            }

            counts[index]++;
        }

        return [.. s_classes.Select((one, i) => new LossClass(one.Name, counts[i]))];
    }

    private static string NameOf(ClientTransport transport) => transport switch
    {
        ClientTransport.Udp => "udp",
        ClientTransport.Tcp => "tcp",
        ClientTransport.Multicast => "multicast",
        _ => "http",
    };

    private static string NameOf(ClientManner manner) => manner switch
    {
        ClientManner.Normal => "normal",
        ClientManner.Slow => "slow",
        _ => "stopped",
    };

    private static bool IsNative() => !System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported;

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
