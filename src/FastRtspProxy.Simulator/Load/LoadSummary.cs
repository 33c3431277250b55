using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The summary at the end: plain text, the same on a terminal and in a log.</summary>
internal static class LoadSummary
{
    public static void Write(LoadReport report, TextWriter output)
    {
        PacketCounts packets = report.Packets;
        output.WriteLine();
        Line(
            output,
            "clients",
            $"{report.Clients.PlayingAtOncePeak} played at the same time, {report.Clients.Started} started, {report.Clients.Failed} failed");
        Line(
            output,
            "received",
            $"{Units.Count(packets.Received)} packets, {Units.Bytes(packets.Bytes)} in {report.DurationSeconds:0.0} "
                + $"s{(report.Interrupted ? " (interrupted)" : "")}");
        Line(output, "lost", $"{Units.Count(packets.Lost)} ({Units.Percent(packets.LossPercent)}){LossBy(report)}");
        Line(
            output,
            "duplicated",
            $"{Units.Count(packets.Duplicated)}, reordered {Units.Count(packets.Reordered)}, malformed {Units.Count(packets.Malformed)}");
        if (packets.Foreign > 0)
        {
            Line(
                output,
                "foreign",
                $"{Units.Count(packets.Foreign)} of a payload type, source or channel that was not announced: received, and looked at no further");
        }

        if (packets.Restarts > 0)
        {
            Line(
                output,
                "began anew",
                $"{Units.Count(packets.Restarts)} times: another source, or numbers that jump by more than 3,000; what was lost there is not known");
        }

        AccessUnitCounts units = report.AccessUnits;
        Line(output, "frames", $"{Units.Count(units.Frames)}, key frames {Units.Count(units.KeyFrames)}, incomplete {Units.Count(units.Incomplete)}"
            + (
                report.Settings.Verify
                    ? $", verified {Units.Count(units.Verified)}, truncated {Units.Count(units.Truncated)}, corrupt {Units.Count(units.Corrupt)}"
                    : ""));
        Line(
            output,
            "frame latency",
            report.FrameLatency.Count > 0
                ? Times(report.FrameLatency)
                : "not measured: frames carry no send time (only those of `rtspsim camera` do)");
        if (units.BeforeTheyWereSent > 0)
        {
            Line(
                output,
                "",
                $"{Units.Count(units.BeforeTheyWereSent)} frames came before they were sent: the clocks of camera and tool differ, so latencies "
                    + "mean nothing");
        }

        if (units.CatchUp > 0)
        {
            Line(output, "", $"{Units.Count(units.CatchUp)} catch-up frames at the start of clients are not part of it");
        }

        Line(output, "frame gap", report.FrameGap.Count > 0 ? Times(report.FrameGap) : "not measured: no video");
        Line(output, "first packet", Times(report.TimeToFirstPacket));
        Line(output, "first key frame", report.TimeToFirstKeyFrame.Count > 0 ? Times(report.TimeToFirstKeyFrame) : "none seen");
        if (report.BehindLiveAfterASecond.Count > 0)
        {
            Line(output, "from PLAY to it", Times(report.TimeFromPlayToFirstKeyFrame));
            Line(output, "behind live", $"{Times(report.BehindLiveAfterASecond)}, a second later");
            Line(output, "", $"{Times(report.BehindLiveAfterASecondWaiting)}, in a player that waits for late frames");
        }

        ToolCost tool = report.ToolCost;
        Line(
            output,
            "the tool itself",
            $"CPU {tool.CpuSeconds:0.00} s ({tool.CpuPercentOfOneCore:0} % of a core, {tool.CpuMicrosPerPacket:0.00} µs a packet), own drops "
                + $"{Units.Count(tool.KernelDrops)}, "
            + $"turn delay p99 {Units.Millis(tool.TurnDelay.P99)} max {Units.Millis(tool.TurnDelay.Max)}, {Units.Bytes(tool.PeakResidentBytes)} of "
            + "memory");
        if (report.HandicappedPackets.Received > 0)
        {
            Line(
                output,
                "slow and stopped",
                $"{Units.Count(report.HandicappedPackets.Received)} packets, counted apart; {report.Clients.ClosedByServerWhileSlow} closed by the "
                    + "server");
        }

        foreach ((string kind, int count) in report.Errors)
        {
            Line(output, "error", $"{count} x {kind}");
        }

        foreach (Criterion criterion in report.Criteria)
        {
            Line(output, criterion.Holds ? "pass" : "FAIL", $"{criterion.Name}: {criterion.Found} (wanted: {criterion.Limit})");
        }

        output.WriteLine(report.Passed ? "passed" : "FAILED");
    }

    private static string LossBy(LoadReport report) => report.Packets.Lost == 0
        ? ""
        : $": by the server {Units.Count(report.LossBy.Server)}, by the network or the server {Units.Count(report.LossBy.NetworkOrServer)}, by "
            + $"this tool {Units.Count(report.LossBy.Tool)}";

    private static string Times(LatencySummary of) => of.Count == 0
        ? "none"
        : $"p50 {Units.Millis(of.P50)}, p90 {Units.Millis(of.P90)}, p99 {Units.Millis(of.P99)}, p99.9 {Units.Millis(of.P999)}, max "
            + $"{Units.Millis(of.Max)}  ({Units.Count(of.Count)})";

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,16}  {text}");
}
