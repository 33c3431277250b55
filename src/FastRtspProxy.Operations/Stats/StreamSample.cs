using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Stats;

/// <summary>One stream at one moment, as plots show it.</summary>
/// <param name="Bitrate">Of what the camera sends, bits a second.</param>
/// <param name="Loss">Of what came since the sample before, in percent; what was dropped here is among it.</param>
/// <param name="Viewers">Who watches.</param>
/// <param name="Latency">
/// Of the pictures since the sample before, in milliseconds, in the mean (<see cref="IngestStatus.LatencyMicros"/>); NaN: none came.
/// </param>
internal readonly record struct StreamSample(float Bitrate, float Loss, float Viewers, float Latency)
{
    /// <summary>From one look at a stream to the next; null: the first.</summary>
    public static StreamSample Of(StreamStatus now, StreamStatus? before)
    {
        long packets = now.Ingest.Packets - (before?.Ingest.Packets ?? now.Ingest.Packets);
        long lost = LostOf(now) - (before is null ? LostOf(now) : LostOf(before));

        // A camera that begins anew may count from 0.
        float loss = packets >= 0 && lost > 0 ? 100f * lost / (packets + lost) : 0;
        long pictures = now.Ingest.LatencyCount - (before?.Ingest.LatencyCount ?? now.Ingest.LatencyCount);
        float latency = pictures > 0 ? (now.Ingest.LatencyMicros - before!.Ingest.LatencyMicros) / (1000f * pictures) : float.NaN;
        return new StreamSample(now.Ingest.Bitrate, loss, now.Viewers.Total, latency);
    }

    private static long LostOf(StreamStatus status) => status.Ingest.LostInNetwork + status.Ingest.LostInKernel + status.Ingest.DroppedByUs;
}
