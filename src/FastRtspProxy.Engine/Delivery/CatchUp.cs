using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// A client's start in the past: what is cached up to the live edge. Of all tracks as it is; or of one track, its timestamps squeezed, while the
/// others begin at the edge. Holds a share of the process's budget of catch-up bytes until <see cref="Return"/>.
/// </summary>
internal sealed class CatchUp(long liveSequence, int? track, TimestampMap? map, long untilMicros, CatchUpBudget? budget, long bytes)
{
    private int _returned;

    /// <summary>Its bytes, with those of the tracks that the client has not set up.</summary>
    public long PastBytes => bytes;

    /// <summary>Packets of the past.</summary>
    public int PastPackets { get; init; }

    /// <summary>Of those, the packets of its first picture.</summary>
    public int FirstPackets { get; init; }

    /// <summary>The clock of the track whose past is squeezed.</summary>
    public int ClockRateHz { get; init; } = 90_000;

    /// <summary>How long the past lasted; 0: it is not paced.</summary>
    public long SpanMicros { get; init; }

    /// <summary>The first sequence that comes as it is.</summary>
    public long LiveSequence => liveSequence;

    /// <summary>The only track whose past is sent; null: all are.</summary>
    public int? Track => track;

    /// <summary>The tracks that begin at the live edge, a bit each.</summary>
    public uint OtherTracks => track is { } only ? ~(1u << only) : 0;

    /// <summary>How its timestamps change; null: they need not.</summary>
    public TimestampMap? Map { get; private set; } = map;

    /// <summary>True when pictures after <see cref="LiveSequence"/> are squeezed as well: see <see cref="SpreadOver"/>.</summary>
    public bool IsSpread { get; private set; }

    /// <summary>When a client over TCP that has not caught up by then is too slow for it, on the shards' clock.</summary>
    public long UntilMicros => untilMicros;

    /// <summary>Sending the past will take so long: the squeezed times are spread over it. Once, before the first packet.</summary>
    public void SpreadOver(long micros)
    {
        if (Map is { } now && micros > 0)
        {
            Map = now.SpreadOver((uint)(micros * ClockRateHz / 1_000_000));
            IsSpread = true;
        }
    }

    /// <summary>Gives the share of the budget back; idempotent, any thread.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            budget?.Return(bytes);
        }
    }
}
