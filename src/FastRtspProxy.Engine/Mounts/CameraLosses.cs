using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Ingest;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Adds what the sessions with a camera have lost to the mount's counts. What a session counts may go back (a late packet is no lost one); what is
/// added up never does. On the mount's shard.
/// </summary>
internal sealed class CameraLosses(MountIngest ingest)
{
    /// <summary>Of the present session, what was added up.</summary>
    private long _network;
    private long _kernel;
    private long _reordered;

    /// <summary>Looks at a session. At the latest before it is closed.</summary>
    public void Note(BackendSession session)
    {
        long missing = 0;
        long kernel = 0;
        long reordered = 0;
        Span<long> jitter = stackalloc long[MediaKinds.Count];
        for (int i = 0; i < session.Tracks.Count; i++) // an enumerator would be an object for each stream of each page of metrics
        {
            BackendTrack track = session.Tracks[i];
            missing += session.OverTcp ? track.Lost : track.Window.Missing;
            kernel += track.RtpSocket?.KernelDrops ?? 0;
            reordered += track.Window.Reordered;
            long jitterMicros = track.JitterTicks * 1_000_000L / track.Media.ClockRate;
            ref long worst = ref jitter[(int)MediaKinds.Of(track.Media.Type)];
            worst = Math.Max(worst, jitterMicros);
            if (track.Index < ingest.Tracks.Count)
            {
                ingest.Tracks[track.Index].JitterMicros = jitterMicros;
            }
        }

        IngestCounters counters = ingest.Counters;
        counters.LostInKernel += Grow(ref _kernel, kernel);
        counters.LostInNetwork += Grow(ref _network, missing - _kernel);
        counters.Reordered += Grow(ref _reordered, reordered);
        jitter.CopyTo(counters.LastJitterMicros);
    }

    /// <summary>The next session counts from nothing.</summary>
    public void EndSession() => _network = _kernel = _reordered = 0;

    private static long Grow(ref long known, long now)
    {
        long by = Math.Max(0, now - known);
        known += by;
        return by;
    }
}
