using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Simulator.Receive;
using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>The probe's findings for people.</summary>
internal static class ProbeText
{
    public static void Tracks(TextWriter output, IReadOnlyList<ProbeTrack> tracks)
    {
        for (int i = 0; i < tracks.Count; i++)
        {
            Track(output, i + 1, tracks[i]);
        }
    }

    public static void Findings(TextWriter output, IReadOnlyList<Finding> findings)
    {
        output.WriteLine();
        output.WriteLine("protocol");
        int sourceWidth = findings.Count == 0 ? 0 : findings.Max(static one => one.Rule.Source.Length);
        foreach (Finding finding in findings.OrderBy(static one => Place(one.Rule)))
        {
            string mark = finding.Holds switch { true => "ok ", false => "ODD", _ => "-  " };
            output.WriteLine($"  {mark} {finding.Rule.Key,-4} {finding.Rule.Source.PadRight(sourceWidth)}  {finding.What}: {finding.Detail}");
        }

        if (findings.Count > 0)
        {
            output.WriteLine("each key is a rule in docs/conformance.md, with its text and what shows that the proxy keeps it");
        }

        int odd = findings.Count(static one => one.Holds == false);
        output.WriteLine(odd == 0 ? "nothing odd" : $"{odd} odd of {findings.Count}");
    }

    private static int Place(Rule rule)
    {
        for (int i = 0; i < Rules.All.Count; i++)
        {
            if (Rules.All[i] == rule)
            {
                return i;
            }
        }

        return Rules.All.Count;
    }

    private static void Track(TextWriter output, int number, ProbeTrack track)
    {
        TrackPlan plan = track.Plan;
        ReceiveCounters counters = track.Bucket.Counters;
        string channels = plan.Media.Channels > 1 ? $"/{plan.Media.Channels}" : "";
        output.WriteLine();
        output.WriteLine($"track {number}: {plan.Media.Type} {plan.Media.EncodingName}/{plan.ClockRate}{channels}, payload type "
            + $"{string.Join(' ', plan.Media.PayloadTypes)}");
        Line(output, "control", plan.Control);
        if (plan.Media.Fmtp is { } fmtp)
        {
            Line(output, "fmtp", fmtp);
        }

        if (track.First is not { } first)
        {
            Line(output, "media", "none came");
            return;
        }

        double seconds = track.SecondsWatched;
        Line(
            output,
            "bit rate",
            Invariant($"{track.PayloadBytes * 8 / seconds / 1000:0.0} kbit/s, {counters.Packets / seconds:0.0} packets/s, ")
                + Invariant($"largest {track.LargestPacketBytes} bytes"));
        Line(output, "source", Invariant($"SSRC {first.Ssrc:X8}, first sequence number {first.SequenceNumber}, RTP time {first.Timestamp}"));
        Line(
            output,
            "packets",
            Invariant($"{counters.Packets}, lost {counters.Lost}, duplicated {counters.Duplicated}, reordered {counters.Reordered}, ")
                + Invariant($"malformed {counters.Malformed}, foreign {counters.Foreign}"));
        Line(output, "jitter", Invariant($"{track.JitterMillis:0.00} ms (RFC 3550)"));
        if (plan.IsVideo)
        {
            Line(output, "frames", Invariant($"{track.Frames}, {track.Frames / seconds:0.0}/s; gap {GapText(track.Bucket)}"));
            Line(output, "key frames", track.GopFrames.Count == 0
                ? "fewer than two came; watch longer (--duration)"
                : Invariant($"every {track.GopFrames.Average():0.#} frames, {track.KeyIntervalsMicros.Average() / 1e6:0.00} s ")
                    + Invariant($"(at most {track.KeyIntervalsMicros.Max() / 1e6:0.00} s)"));
        }

        if (counters.UnitsStamped > 0)
        {
            Line(
                output,
                "stamps",
                Invariant($"{counters.UnitsVerified} of {counters.UnitsStamped} access units verified; ")
                    + $"latency p50 {Units.Millis(track.Bucket.Latency.GetValueAtPercentile(50))}, "
                    + $"p99 {Units.Millis(track.Bucket.Latency.GetValueAtPercentile(99))}");
        }

        Line(
            output,
            "clock",
            seconds < 5
                ? "watch longer for its drift"
                : Invariant($"{track.DriftPpm:+0;-0;0} ppm against ours{(seconds < 30 ? ", roughly: a longer --duration says more" : "")}"));
        Line(output, "RTCP", ReportText(track));
    }

    private static string GapText(ReceiveBucket bucket) => bucket.FrameGap.TotalCount == 0
        ? "not measured"
        : $"p50 {Units.Millis(bucket.FrameGap.GetValueAtPercentile(50))}, p99 {Units.Millis(bucket.FrameGap.GetValueAtPercentile(99))}";

    private static string ReportText(ProbeTrack track)
    {
        if (track.SenderReports.Count == 0)
        {
            return "no sender report came";
        }

        (long _, ulong ntp, uint _) = track.SenderReports[0];
        int intervals = track.SenderReports.Count - 1;
        double seconds = (track.SenderReports[^1].ArrivalMicros - track.SenderReports[0].ArrivalMicros) / 1e6;
        string interval = intervals == 0 ? "" : Invariant($", one every {seconds / intervals:0.0} s");
        return $"{track.SenderReports.Count} sender reports{interval}, wall clock {NtpTime.ToUnix(ntp).UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, CNAME "
            + $"{track.Cname ?? "none"}{(track.HasBye ? ", BYE" : "")}";
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"  {name,-10} {text}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
