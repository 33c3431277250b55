using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>The families that each stream has, in their order on the page.</summary>
internal static class StreamFamilies
{
    /// <inheritdoc cref="StreamFamilies"/>
    public static StreamFamily[] All { get; } =
    [
        new(Gauge("stream_state", "Where the stream stands, 1 at one of its states", "state"), [.. States()]),
        new(Gauge("stream_up", "1 while the camera is known to be there: it was described, and no outage has begun since"), [One(StreamFigure.Up)]),
        new(Gauge("stream_viewers", "Viewers that play", "transport"), [.. Ways(StreamFigure.Viewers)]),
        new(Gauge("stream_held_viewers", "Viewers that wait for a lost camera"), [One(StreamFigure.Held)]),
        new(
            Gauge("stream_replay_sessions", "Sessions that viewers of a recorder have with it, those that are being opened or closed included"),
            [One(StreamFigure.ReplaySessions, isOptional: true)]),
        new(Gauge("stream_kept_bytes", "Memory that what is kept of the stream takes"), [One(StreamFigure.KeptBytes)]),
        new(
            Gauge("stream_kept_seconds", "How far back what is kept of the stream goes", unit: MetricUnit.Micros),
            [One(StreamFigure.Kept, isOptional: true)]),
        new(Counter("stream_ingest_bytes_total", "Bytes of RTP that came from the camera"), [One(StreamFigure.IngestBytes)]),
        new(Counter("stream_ingest_packets_total", "RTP packets that came from the camera", "media"), [.. Kinds(StreamFigure.IngestPackets)]),
        new(
            Counter("stream_ingest_lost_packets_total", "Packets of the camera that never reached us, by where they were lost", "where"),
            [Of("where", "network", StreamFigure.LostInNetwork), Of("where", "kernel", StreamFigure.LostInKernel)]),
        new(
            Counter("stream_ingest_reordered_packets_total", "Packets of the camera that came behind a later one"),
            [One(StreamFigure.Reordered)]),
        new(
            Counter(
                "stream_ingest_refused_packets_total",
                "Packets of a camera that encrypts (SRTP) which were dropped: with other keys than were agreed on, or sent twice",
                "reason"),
            [Of("reason", "forged", StreamFigure.Unauthentic), Of("reason", "replayed", StreamFigure.Replayed)]),
        new(
            Gauge("stream_ingest_jitter_seconds", "Interarrival jitter (RFC 3550 section 6.4.1) of the worst track", "media", MetricUnit.Micros),
            [.. Kinds(StreamFigure.Jitter)]),
        new(
            Gauge(
                "stream_ingest_latency_max_seconds",
                "How long after it was due by the camera's timestamps the worst picture of the last 10 to 20 s was whole, the fastest being due",
                unit: MetricUnit.Micros),
            [new StreamSeries(StreamFigure.Latency, []) { UnlessNone = StreamFigure.NewestPacket }]),
        new(
            Gauge("stream_keyframe_interval_seconds", "Media time between the last two key frames", unit: MetricUnit.Micros),
            [One(StreamFigure.KeyFrameInterval, isOptional: true)]),
        new(
            Gauge("stream_last_keyframe_timestamp_seconds", "When the newest key frame came", unit: MetricUnit.Micros),
            [One(StreamFigure.NewestKeyFrame, isOptional: true)]),
        new(
            Gauge("stream_last_packet_timestamp_seconds", "When the newest packet came", unit: MetricUnit.Micros),
            [One(StreamFigure.NewestPacket, isOptional: true)]),
        new(
            Counter("stream_reconnects_total", "Attempts to reach the camera that failed, and sessions with it that were lost", "reason"),
            [.. Failures()]),
        new(
            Gauge("stream_source", "Of a stream with several sources: the place of the one in use, the best is 1"),
            [One(StreamFigure.SourceInUse, isOptional: true)]),
        new(
            Gauge("stream_source_since_timestamp_seconds", "Since when that source is in use", unit: MetricUnit.Micros),
            [One(StreamFigure.SourceSince, isOptional: true)]),
        new(
            Counter("stream_source_switches_total", "How often another source of a stream came to be in use, by why", "reason"),
            [.. Switches()]),
        new(
            Counter("stream_sent_bytes_total", "Bytes of RTP that went to viewers, over TCP with what frames them", "transport"),
            [.. Ways(StreamFigure.SentBytes)]),
        new(Counter("stream_sent_packets_total", "RTP packets that went to viewers", "transport"), [.. Ways(StreamFigure.SentPackets)]),
        new(
            Counter("stream_dropped_packets_total", "Packets that we left out: for want of memory for all viewers, else once for each", "cause"),
            [
                Of("cause", "slow_client", StreamFigure.Dropped + (int)DropCause.SlowClient), Of("cause", "memory", StreamFigure.DroppedForMemory),
                Of("cause", "socket", StreamFigure.Dropped + (int)DropCause.Socket),
                Of("cause", "not_keyframe", StreamFigure.Dropped + (int)DropCause.NotKeyFrame),
            ]),
        new(Counter("stream_reported_lost_packets_total", "Packets that viewers report they lack"), [One(StreamFigure.ReportedLost)]),
        new(
            Counter("stream_back_channel_packets_total", "RTP packets of talkers that went to the camera"),
            [One(StreamFigure.Talked, isOptional: true)]),
        new(
            Counter(
                "stream_back_channel_dropped_packets_total",
                "RTP packets of talkers that did not: of a second talker, too many, of no use, or while the camera was not there"),
            [One(StreamFigure.TalkDropped, isOptional: true)]),
    ];

    /// <summary>Nobody asks for a stream that is stopped.</summary>
    private static IEnumerable<StreamSeries> States() => StreamStates.Told.Where(static state => state != StreamState.Stopped)
        .Select(static state => Of("state", StreamStates.NameOf(state), StreamFigure.State + (int)state));

    /// <summary>Those that are hardly ever used are told once they are.</summary>
    private static IEnumerable<StreamSeries> Ways(int figure) => Enumerable.Range(0, ViewerWays.Count).Select(way =>
        Of("transport", ViewerWays.NameOf((ViewerWay)way), figure + way, way > (int)ViewerWay.Tcp ? StreamFigure.SentBytes + way : null));

    private static IEnumerable<StreamSeries> Kinds(int figure) => Enumerable.Range(0, MediaKinds.Count).Select(kind =>
        Of("media", MediaKinds.NameOf((MediaKind)kind), figure + kind, StreamFigure.IngestPackets + kind));

    private static IEnumerable<StreamSeries> Failures() => Enumerable.Range(0, CameraFailures.Count).Select(static failure =>
        Of("reason", CameraFailures.NameOf((CameraFailure)failure), StreamFigure.Failures + failure, StreamFigure.Failures + failure));

    private static IEnumerable<StreamSeries> Switches() => Enumerable.Range(0, SourceCauses.Count).Select(static cause =>
        Of("reason", SourceCauses.NameOf((SourceCause)cause), StreamFigure.SourceSwitches + cause, StreamFigure.SourceSwitches + cause));

    private static StreamSeries One(int figure, bool isOptional = false) => new(figure, []) { UnlessNone = isOptional ? figure : null };

    private static StreamSeries Of(string label, string value, int figure, int? unlessNone = null) =>
        new(figure, MetricLabels.Of(label, value)) { UnlessNone = unlessNone };

    private static MetricFamily Counter(string name, string help, string label = "") =>
        MetricFamilies.Counter(name, help, label.Length > 0 ? "stream, " + label : "stream");

    private static MetricFamily Gauge(string name, string help, string label = "", MetricUnit unit = MetricUnit.One) =>
        MetricFamilies.Gauge(name, help, label.Length > 0 ? "stream, " + label : "stream", unit);
}
