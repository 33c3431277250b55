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
    private long _unauthentic;
    private long _replayed;

    /// <summary>Looks at a session. At the latest before it is closed.</summary>
    public void Note(BackendSession session)
    {
        Span<long> jitter = stackalloc long[MediaKinds.Count];
        (long network, long kernel, long reordered) = Count(session, jitter);
        (long unauthentic, long replayed) = CountRefused(session);
        IngestCounters counters = ingest.Counters;
        counters.LostInKernel += Grow(ref _kernel, kernel);
        counters.LostInNetwork += Grow(ref _network, network);
        counters.Reordered += Grow(ref _reordered, reordered);
        counters.Unauthentic += Grow(ref _unauthentic, unauthentic);
        counters.Replayed += Grow(ref _replayed, replayed);
        jitter.CopyTo(counters.LastJitterMicros);
    }

    /// <summary>The next session counts from nothing.</summary>
    public void EndSession() => _network = _kernel = _reordered = _unauthentic = _replayed = 0;

    /// <summary>The session goes on as that of the mount: what it lost before is nobody's loss.</summary>
    public void Begin(BackendSession session)
    {
        (_network, _kernel, _reordered) = Count(session, []);
        (_unauthentic, _replayed) = CountRefused(session);
    }

    /// <param name="session">The session.</param>
    /// <param name="jitter">Gets that of the worst track of each kind; empty: it is not asked for.</param>
    private (long Network, long Kernel, long Reordered) Count(BackendSession session, Span<long> jitter)
    {
        long missing = 0;
        long kernel = 0;
        long reordered = 0;
        for (int i = 0; i < session.Tracks.Count; i++) // an enumerator would be an object for each stream of each page of metrics
        {
            BackendTrack track = session.Tracks[i];
            missing += session.OverTcp ? track.Lost : track.Window.Missing;
            kernel += track.RtpSocket?.KernelDrops ?? 0;
            reordered += track.Window.Reordered;
            if (!jitter.IsEmpty)
            {
                NoteJitter(track, ref jitter[(int)MediaKinds.Of(track.Media.Type)]);
            }
        }

        return (missing - kernel, kernel, reordered);
    }

    /// <summary>Of tracks that are encrypted: what was dropped for that.</summary>
    private static (long Unauthentic, long Replayed) CountRefused(BackendSession session)
    {
        long unauthentic = 0;
        long replayed = 0;
        for (int i = 0; i < session.Tracks.Count; i++)
        {
            unauthentic += session.Tracks[i].Protection?.Unauthentic ?? 0;
            replayed += session.Tracks[i].Protection?.Replayed ?? 0;
        }

        return (unauthentic, replayed);
    }

    private void NoteJitter(BackendTrack track, ref long worst)
    {
        long jitterMicros = track.JitterTicks * 1_000_000L / track.Media.ClockRate;
        worst = Math.Max(worst, jitterMicros);
        if (track.Index < ingest.Tracks.Count)
        {
            ingest.Tracks[track.Index].JitterMicros = jitterMicros;
        }
    }

    private static long Grow(ref long known, long now)
    {
        long by = Math.Max(0, now - known);
        known += by;
        return by;
    }
}
