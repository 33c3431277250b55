namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// How fast a UDP viewer gets its past: in parts, and what has come meanwhile after it. The first picture goes as fast as a socket buffer allows; the
/// others not faster than a player decodes that reads and decodes by turns, as ffmpeg does. Parts are larger for a stream that would not be caught up
/// with otherwise.
/// </summary>
/// <param name="PartPackets">Packets of a part.</param>
/// <param name="FastPackets">Packets that go in larger parts: the rest of the first picture.</param>
/// <param name="SpreadMicros">The squeezed times are spread over just so long, so that no picture is later than they say.</param>
internal readonly record struct CatchUpPace(int PartPackets, int FastPackets, long SpreadMicros)
{
    /// <param name="packets">Of the past.</param>
    /// <param name="firstPackets">Of its first picture.</param>
    /// <param name="spanMicros">How long the past lasted.</param>
    /// <param name="limits">Of the fan-out.</param>
    public static CatchUpPace For(long packets, int firstPackets, long spanMicros, FanOutLimits limits)
    {
        long pauseMicros = limits.CatchUpPauseMicros;
        long decodableMicros = Math.Min(spanMicros / limits.CatchUpSpeed, (long)limits.CatchUpMax.TotalMicroseconds);
        long wantedMicros = Math.Max(1, Math.Max(packets / limits.CatchUpPartPackets * pauseMicros, decodableMicros));
        long part = Math.Max((packets * pauseMicros / wantedMicros) + 1, (2 * packets * pauseMicros / spanMicros) + 1);
        int partPackets = (int)Math.Min(UdpSendPlan.PacketsMax, part);
        long micros = ((firstPackets / Math.Max(partPackets, limits.CatchUpPartPackets)) + ((packets - firstPackets) / partPackets)) * pauseMicros;
        return new CatchUpPace(partPackets, firstPackets, micros < spanMicros ? micros * spanMicros / (spanMicros - micros) : micros);
    }
}
