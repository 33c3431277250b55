namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// How fast a UDP viewer gets its past: in parts, and what has come meanwhile after it. The first picture goes as fast as a socket buffer allows; the
/// others not faster than a player decodes that reads and decodes by turns, as ffmpeg does, and nothing faster than a line of 100 Mbit/s takes it.
/// Parts are larger for a stream that would not be caught up with otherwise.
/// </summary>
/// <param name="PartPackets">Packets of a part.</param>
/// <param name="FastPartPackets">Packets of a part of the first picture.</param>
/// <param name="SpreadMicros">The squeezed times are spread over just so long, so that no picture is later than they say.</param>
internal readonly record struct CatchUpPace(int PartPackets, int FastPartPackets, long SpreadMicros)
{
    /// <summary>A shorter time says nothing of a rate.</summary>
    private const long RateMicrosMin = 1_000_000;

    /// <param name="past">What is to be sent; it has packets, and lasted.</param>
    /// <param name="limits">Of the fan-out.</param>
    public static CatchUpPace For(CatchUp past, FanOutLimits limits)
    {
        long packets = past.PastPackets;
        long spanMicros = past.SpanMicros;
        long pauseMicros = limits.CatchUpPauseMicros;
        long decodableMicros = spanMicros / limits.CatchUpSpeed;
        if (past.Map is not null)
        {
            decodableMicros = Math.Min(decodableMicros, (long)limits.CatchUpMax.TotalMicroseconds);
        }

        long wantedMicros = Math.Max(1, Math.Max(packets / limits.CatchUpPartPackets * pauseMicros, decodableMicros));
        long linePackets = LinePackets(past, limits);
        long leastPackets = (2 * packets * pauseMicros / spanMicros) + 1;
        int part = Part(Math.Max(Math.Min((packets * pauseMicros / wantedMicros) + 1, linePackets), leastPackets));
        int fastPart = Part(Math.Max(Math.Min(limits.CatchUpPartPackets, linePackets), part));
        long micros = ((past.FirstPackets / fastPart) + ((packets - past.FirstPackets) / part)) * pauseMicros;
        return new CatchUpPace(part, fastPart, micros < spanMicros ? micros * spanMicros / (spanMicros - micros) : micros);
    }

    /// <summary>
    /// Packets of a part of what has come while something was sent: as many as before, unless the stream has grown so that they would not be enough
    /// to catch up with it.
    /// </summary>
    /// <param name="part">Packets of a part so far.</param>
    /// <param name="packets">What has come.</param>
    /// <param name="tookMicros">In that time; in a short one a key frame says nothing of the rate.</param>
    /// <param name="limits">Of the fan-out.</param>
    public static int NextPart(int part, long packets, long tookMicros, FanOutLimits limits) =>
        Part(Math.Max(part, (2 * packets * limits.CatchUpPauseMicros / Math.Max(tookMicros, RateMicrosMin)) + 1));

    /// <summary>Packets of the past's mean size that the line takes in a pause.</summary>
    private static long LinePackets(CatchUp past, FanOutLimits limits)
    {
        double bitsPerPacket = Math.Max(1, past.PastBytes * 8.0 / Math.Max(1, past.PastPackets));
        return Math.Max(1, (long)(limits.CatchUpBitsPerSecond * limits.CatchUpPauseMicros / 1e6 / bitsPerPacket));
    }

    private static int Part(long packets) => (int)Math.Min(UdpSendPlan.PacketsMax, packets);
}
