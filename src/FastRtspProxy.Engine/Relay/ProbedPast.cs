namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// How much of a stream players of FFmpeg's kind look at before they show any of it, and how much of the past suits them. In pictures: FFmpeg needs
/// 20 of which it knows the order, which it tells from the first 7, and reads one further. Pure.
/// </summary>
internal static class ProbedPast
{
    /// <summary>So many pictures are looked at.</summary>
    public const int Pictures = 28;

    /// <summary>How long they take where that is not known: at 25 a second.</summary>
    public const long UsualMicros = 1_120_000;

    /// <summary>At 60 pictures a second; what came faster was a burst.</summary>
    private const long ShortestMicros = 467_000;

    /// <summary>FFmpeg looks no longer at a stream, however few pictures came.</summary>
    private const long LongestMicros = 5_000_000;

    /// <summary>By how much a past may be longer than that.</summary>
    private const long FurtherMicrosMax = 900_000;

    /// <summary>
    /// How long a player looks, by what so many pictures took to come. It goes there by steps of a quarter: a hole in the stream, and the burst that
    /// makes up for it, fall into one or two windows.
    /// </summary>
    /// <param name="knownMicros">What was known.</param>
    /// <param name="tookMicros">What they took this time.</param>
    public static long Micros(long knownMicros, long tookMicros) =>
        Math.Clamp(Math.Clamp(tookMicros, knownMicros * 3 / 4, knownMicros * 5 / 4), ShortestMicros, LongestMicros);

    /// <summary>
    /// The longest past that they get unasked. A presenter (ffplay, mpv) is as far behind live as it has looked, and as far as a longer past is long:
    /// less than half of the joins, which come at any place of a group, may get one that is longer, and none one that is a second longer.
    /// </summary>
    /// <param name="probedMicros">How long they look.</param>
    /// <param name="groupMicros">The distance of the random access points; 0: not known yet.</param>
    public static long MicrosMax(long probedMicros, long groupMicros) =>
        probedMicros + (groupMicros > 0 ? Math.Min(groupMicros * 9 / 20, FurtherMicrosMax) : FurtherMicrosMax);
}
