using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A client's instant start: the cached group of pictures of one track, up to the live edge, with its timestamps squeezed; the other tracks begin at the edge.
/// Holds a share of the process's budget of catch-up bytes until <see cref="Return"/>.
/// </summary>
internal sealed class CatchUp(long liveSequence, int track, TimestampMap? map, long untilMicros, CatchUpBudget? budget, long bytes)
{
    private int _returned;

    /// <summary>The first sequence that comes as it is.</summary>
    public long LiveSequence => liveSequence;

    /// <summary>The track whose past is sent.</summary>
    public int Track => track;

    /// <summary>How its timestamps change; null: they need not.</summary>
    public TimestampMap? Map => map;

    /// <summary>When a client that has not caught up by then is too slow for it, on the shards' clock.</summary>
    public long UntilMicros => untilMicros;

    /// <summary>Gives the share of the budget back; idempotent, any thread.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            budget?.Return(bytes);
        }
    }
}
