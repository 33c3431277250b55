using System.Globalization;
using System.Text;

namespace FastRtspProxy.Simulator.Report;

/// <summary>A run as one HTML page that needs nothing but itself: no script, no network.</summary>
internal static class HtmlReport
{
    // Okabe and Ito's colours, which colour-blind readers tell apart.
    private const string Blue = "#0072b2";
    private const string Orange = "#e69f00";
    private const string Green = "#009e73";
    private const string Red = "#d55e00";

    /// <summary>On the distribution's axis each nine takes the same room.</summary>
    private static readonly (double X, string Name)[] s_nines = [(0, "0 %"), (Nines(50), "50"), (1, "90"), (2, "99"), (3, "99.9"), (4, "99.99"), (5, "max")];

    public static string Write(LoadReport report)
    {
        StringBuilder page = new(64 * 1024);
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<title>rtspsim load: ").Append(report.Passed ? "passed" : "FAILED").Append("</title><style>").Append(HtmlStyle.Css).Append("</style></head><body>\n");
        Head(page, report);
        Tiles(page, report);
        Charts(page, report);
        Tables(page, report);
        return page.Append("</body></html>\n").ToString();
    }

    private static void Head(StringBuilder page, LoadReport report)
    {
        page.Append("<header><h1>").Append(report.Passed ? "<b class=\"ok\">Passed</b>" : "<b class=\"bad\">Failed</b>").Append(" rtspsim load</h1><p>")
            .Append(Escape(string.Join(", ", report.Urls.Take(3)))).Append(report.Urls.Count > 3 ? $" and {report.Urls.Count - 3} more" : "")
            .Append("</p><p class=\"dim\">")
            .Append(report.Started.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).Append(" UTC, ")
            .Append(report.DurationSeconds.ToString("0.0", CultureInfo.InvariantCulture)).Append(" s").Append(report.Interrupted ? ", interrupted" : "")
            .Append(", ").Append(Escape(string.Join(" + ", report.Settings.Transports))).Append("; ")
            .Append(Escape($"{report.Machine.Processor}, {report.Machine.Cores} cores, {report.Machine.System}, {report.Machine.Runtime}, version {report.Version}"))
            .Append("</p></header>\n");
    }

    private static void Tiles(StringBuilder page, LoadReport report)
    {
        page.Append("<section class=\"tiles\">");
        Tile(page, "clients at the same time", Units.Count(report.Clients.PlayingAtOncePeak), $"{Units.Count(report.Clients.Started)} started, {Units.Count(report.Clients.Failed)} failed", report.Clients.Failed > 0);
        Tile(page, "packets", Units.Count(report.Packets.Received), Units.Bytes(report.Packets.Bytes), false);
        Tile(page, "lost", Units.Count(report.Packets.Lost), Units.Percent(report.Packets.LossPercent), report.Packets.Lost > 0);
        Tile(page, "frame latency p50", report.FrameLatency.Count > 0 ? Units.Millis(report.FrameLatency.P50) : "-", report.FrameLatency.Count > 0 ? "p99 " + Units.Millis(report.FrameLatency.P99) : "not measured", false);
        Tile(page, "first key frame p50", report.TimeToFirstKeyFrame.Count > 0 ? Units.Millis(report.TimeToFirstKeyFrame.P50) : "-", "max " + Units.Millis(report.TimeToFirstKeyFrame.Max), false);
        Tile(page, "tool's own CPU", report.ToolCost.CpuPercentOfOneCore.ToString("0", CultureInfo.InvariantCulture) + " %", $"{report.ToolCost.CpuMicrosPerPacket.ToString("0.00", CultureInfo.InvariantCulture)} µs a packet, drops {Units.Count(report.ToolCost.KernelDrops)}", report.ToolCost.KernelDrops > 0);
        page.Append("</section>\n");
    }

    private static void Tile(StringBuilder page, string name, string value, string small, bool bad) => page
        .Append("<div").Append(bad ? " class=\"warn\"" : "").Append("><span>").Append(Escape(name)).Append("</span><strong>").Append(Escape(value)).Append("</strong><small>")
        .Append(Escape(small)).Append("</small></div>");

    private static void Charts(StringBuilder page, LoadReport report)
    {
        IReadOnlyList<TimelinePoint> time = report.Timeline;
        page.Append("<section class=\"charts\">\n");
        page.Append(new SvgChart("Clients", "seconds", "clients")
            .Add(Curve("playing", Green, time, static p => p.Playing, true))
            .Add(Curve("starting", Orange, time, static p => p.Starting))
            .Add(Curve("failed", Red, time, static p => p.Failed)).Draw());
        page.Append(new SvgChart("Throughput", "seconds", "Mbit/s").Add(Curve("received", Blue, time, static p => p.MegabitsPerSecond, true)).Draw());
        if (report.FrameLatency.Count > 0)
        {
            page.Append(new SvgChart("Frame latency over time", "seconds", "ms") { IsLogarithmic = true }
                .Add(Curve("p50", Green, time, static p => p.LatencyP50 / 1000.0))
                .Add(Curve("p90", Blue, time, static p => p.LatencyP90 / 1000.0))
                .Add(Curve("p99", Orange, time, static p => p.LatencyP99 / 1000.0))
                .Add(Curve("max", Red, time, static p => p.LatencyMax / 1000.0)).Draw());
            page.Append(new SvgChart("Frame latency, distribution", "percent of frames", "ms") { IsLogarithmic = true, Places = s_nines }
                .Add(Distribution("live frames", Blue, report.FrameLatencyDistribution)).Draw());
        }

        if (report.TimeToFirstPacket.Count > 0)
        {
            page.Append(new SvgChart("From connect to the first packet and key frame", "percent of clients", "ms") { IsLogarithmic = true, Places = s_nines }
                .Add(Distribution("first packet", Blue, report.TimeToFirstPacketDistribution))
                .Add(Distribution("first key frame", Orange, report.TimeToFirstKeyFrameDistribution)).Draw());
        }

        page.Append(new SvgChart("Lost packets, sum", "seconds", "packets").Add(Curve("lost", Red, time, static p => p.Lost, true)).Draw());
        page.Append(LossBars(report));
        page.Append(new SvgChart("The tool itself: CPU", "seconds", "percent of one core").Add(Curve("CPU", Blue, time, static p => p.ToolCpuPercent, true)).Draw());
        page.Append(new SvgChart("The tool itself: longest delay of a turn", "seconds", "ms") { IsLogarithmic = true }.Add(Curve("max", Orange, time, static p => p.TurnDelayMax / 1000.0)).Draw());
        if (time.Any(static p => p.WatchedResidentBytes > 0))
        {
            page.Append(new SvgChart("The watched process: memory", "seconds", "MB resident").Add(Curve("RSS", Blue, time, static p => p.WatchedResidentBytes / 1e6, true)).Draw());
            page.Append(new SvgChart("The watched process: descriptors", "seconds", "open").Add(Curve("descriptors", Green, time, static p => p.WatchedDescriptors, true)).Draw());
            page.Append(new SvgChart("The watched process: processor time", "seconds", "% of one core").Add(Curve("CPU", Blue, time, static p => p.WatchedCpuPercent, true)).Draw());
        }

        page.Append("</section>\n");
    }

    private static ChartSeries Curve(string name, string colour, IReadOnlyList<TimelinePoint> time, Func<TimelinePoint, double> value, bool filled = false) =>
        new(name, colour, [.. time.Select(point => (point.Second, value(point)))], filled);

    private static ChartSeries Distribution(string name, string colour, IReadOnlyList<PercentilePoint> points) =>
        new(name, colour, [.. points.Select(static point => (Nines(point.Percentile), point.Micros / 1000.0))]);

    private static double Nines(double percentile) => percentile >= 100 ? 5 : Math.Min(5, -Math.Log10(1 - (percentile / 100)));

    /// <summary>How many clients lost how much.</summary>
    private static string LossBars(LoadReport report)
    {
        int total = report.LossPerClient.Sum(static one => one.Clients);
        if (total == 0)
        {
            return "";
        }

        StringBuilder svg = new();
        svg.Append("<figure><svg viewBox=\"0 0 620 300\" role=\"img\" aria-label=\"Loss per client\"><text class=\"t\" x=\"14\" y=\"16\">Loss per client</text>");
        double y = 48;
        foreach (LossClass one in report.LossPerClient)
        {
            double width = one.Clients == 0 ? 0 : Math.Max(2, 380.0 * one.Clients / total);
            string colour = one == report.LossPerClient[0] ? Green : Red;
            svg.Append(FormattableString.Invariant($"<text class=\"a\" x=\"110\" y=\"{y + 15}\" text-anchor=\"end\">{Escape(one.Name)}</text>"));
            svg.Append(FormattableString.Invariant($"<rect x=\"120\" y=\"{y}\" width=\"{width:0.#}\" height=\"22\" rx=\"3\" fill=\"{colour}\" opacity=\".85\"/>"));
            svg.Append(FormattableString.Invariant($"<text class=\"a\" x=\"{126 + width:0.#}\" y=\"{y + 15}\">{Units.Count(one.Clients)} clients</text>"));
            y += 38;
        }

        return svg.Append("</svg></figure>\n").ToString();
    }

    private static void Tables(StringBuilder page, LoadReport report)
    {
        page.Append("<section class=\"tables\">\n");
        Table(page, "Pass criteria", ["", "criterion", "wanted", "found"], report.Criteria.Select(static one => new[] { one.Holds ? "✔" : "✘", one.Name, one.Limit, one.Found }));
        Table(page, "Times", ["", "p50", "p90", "p99", "p99.9", "max", "count"],
            [Times("frame latency", report.FrameLatency), Times("frame gap", report.FrameGap), Times("first packet", report.TimeToFirstPacket), Times("first key frame", report.TimeToFirstKeyFrame), Times("turn delay of the tool", report.ToolCost.TurnDelay)]);
        PacketCounts packets = report.Packets;
        PacketCounts others = report.HandicappedPackets;
        Table(page, "Packets", ["", "all clients that read", "slow and stopped on purpose"],
        [
            Pair("received", packets.Received, others.Received), Pair("lost", packets.Lost, others.Lost), Pair("duplicated", packets.Duplicated, others.Duplicated),
            Pair("reordered", packets.Reordered, others.Reordered), Pair("malformed", packets.Malformed, others.Malformed), Pair("foreign", packets.Foreign, others.Foreign),
            Pair("RTCP", packets.Rtcp, others.Rtcp),
        ]);
        Table(page, "Lost by", ["the server", "the network or the server", "this tool"],
            [[Units.Count(report.LossBy.Server), Units.Count(report.LossBy.NetworkOrServer), Units.Count(report.LossBy.Tool)]]);
        AccessUnitCounts units = report.AccessUnits;
        Table(page, "Access units", ["frames", "key frames", "with a stamp", "verified", "incomplete", "truncated", "corrupt", "catch-up"],
            [[Units.Count(units.Frames), Units.Count(units.KeyFrames), Units.Count(units.Stamped), Units.Count(units.Verified), Units.Count(units.Incomplete), Units.Count(units.Truncated), Units.Count(units.Corrupt), Units.Count(units.CatchUp)]]);
        Table(page, "Errors", ["count", "kind"], report.Errors.OrderByDescending(static one => one.Value).Select(static one => new[] { Units.Count(one.Value), one.Key }));
        Table(page, "Clients that lost most", ["client", "transport", "packets", "lost", "percent"],
            report.WorstClients.Select(static one => new[] { one.Client.ToString(CultureInfo.InvariantCulture), one.Transport, Units.Count(one.Packets), Units.Count(one.Lost), Units.Percent(one.LossPercent) }));
        page.Append("</section>\n<footer>Frame latency: from the send time that rtspsim camera writes into each access unit (CLOCK_REALTIME) to the arrival of its last packet. ")
            .Append("Frames that were sent before a client's PLAY (catch-up of an instant start) are left out. It includes the turn delay of this tool. ")
            .Append("Lost by this tool: what its own sockets overflowed by (SO_RXQ_OVFL).</footer>\n");
    }

    private static string[] Pair(string name, long one, long other) => [name, Units.Count(one), Units.Count(other)];

    private static string[] Times(string name, LatencySummary of) => of.Count == 0
        ? [name, "-", "-", "-", "-", "-", "0"]
        : [name, Units.Millis(of.P50), Units.Millis(of.P90), Units.Millis(of.P99), Units.Millis(of.P999), Units.Millis(of.Max), Units.Count(of.Count)];

    private static void Table(StringBuilder page, string title, string[] heads, IEnumerable<string[]> rows)
    {
        List<string[]> all = [.. rows];
        if (all.Count == 0)
        {
            return;
        }

        page.Append("<div class=\"table\"><h2>").Append(Escape(title)).Append("</h2><table><tr>");
        foreach (string head in heads)
        {
            page.Append("<th>").Append(Escape(head)).Append("</th>");
        }

        page.Append("</tr>\n");
        foreach (string[] row in all)
        {
            page.Append("<tr>");
            foreach (string cell in row)
            {
                page.Append(cell == "✘" ? "<td class=\"bad\">" : cell == "✔" ? "<td class=\"ok\">" : "<td>").Append(Escape(cell)).Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Escape(string text) => HtmlText.Escape(text);
}
