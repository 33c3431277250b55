using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Tells from the first bytes whether an RTSP (or HTTP) message can begin here.</summary>
internal static class RtspStart
{
    /// <summary>Complete: it begins like one; NeedMore: it may; Malformed: it cannot.</summary>
    public static ParseStatus Look(ReadOnlySpan<byte> bytes)
    {
        ParseStatus status = Match(bytes, "RTSP/"u8);
        status = Better(status, Match(bytes, "HTTP/"u8));
        status = Better(status, Match(bytes, "OPTIONS "u8));
        status = Better(status, Match(bytes, "ANNOUNCE "u8));
        status = Better(status, Match(bytes, "GET_PARAMETER "u8));
        status = Better(status, Match(bytes, "SET_PARAMETER "u8));
        status = Better(status, Match(bytes, "REDIRECT "u8));
        status = Better(status, Match(bytes, "TEARDOWN "u8));
        status = Better(status, Match(bytes, "PLAY "u8));
        status = Better(status, Match(bytes, "PLAY_NOTIFY "u8));
        status = Better(status, Match(bytes, "PAUSE "u8));
        status = Better(status, Match(bytes, "DESCRIBE "u8));
        return Better(status, Match(bytes, "SETUP "u8));
    }

    /// <summary>True where a limit of ours refused it, not its form.</summary>
    public static bool IsLimit(RtspDefect defect) => defect is RtspDefect.HeadTooLong or RtspDefect.TooManyHeaders or RtspDefect.BodyTooLong;

    private static ParseStatus Match(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> start)
    {
        int common = Math.Min(bytes.Length, start.Length);
        if (!bytes[..common].SequenceEqual(start[..common]))
        {
            return ParseStatus.Malformed;
        }

        return common == start.Length ? ParseStatus.Complete : ParseStatus.NeedMore;
    }

    private static ParseStatus Better(ParseStatus left, ParseStatus right) =>
        left == ParseStatus.Complete || right == ParseStatus.Complete ? ParseStatus.Complete
        : left == ParseStatus.NeedMore || right == ParseStatus.NeedMore ? ParseStatus.NeedMore
        : ParseStatus.Malformed;
}
