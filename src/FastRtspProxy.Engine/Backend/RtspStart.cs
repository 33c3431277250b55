using System.Buffers;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Tells from the first bytes whether an RTSP (or HTTP) message can begin here.</summary>
internal static class RtspStart
{
    private static readonly SearchValues<byte> s_methodBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."u8);

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

    /// <summary>
    /// The longest request line that is taken for one although its method is unknown: a URL of a kilobyte. Where garbage looks like such a line,
    /// media behind it is held up by no more bytes than these. Garbage with a control character in it, as every frame has, does not look like one.
    /// </summary>
    public const int UnknownRequestLineBytesMax = 1100;

    private const int UnknownMethodBytesMax = 32;

    /// <summary>
    /// As <see cref="Look"/> for a request whose method we do not know: a token, a URL, and a version (RFC 2326 section 6.1). Complete: the whole
    /// line is there.
    /// </summary>
    public static ParseStatus LookUnknownRequest(ReadOnlySpan<byte> bytes)
    {
        int method = bytes.IndexOfAnyExcept(s_methodBytes);
        if (method is 0 or > UnknownMethodBytesMax || (method < 0 ? bytes.Length > UnknownMethodBytesMax : bytes[method] != (byte)' '))
        {
            return ParseStatus.Malformed;
        }

        int end = bytes.IndexOfAnyInRange((byte)0, (byte)0x1F);
        if (end < 0)
        {
            return bytes.Length <= UnknownRequestLineBytesMax ? ParseStatus.NeedMore : ParseStatus.Malformed;
        }

        ReadOnlySpan<byte> line = bytes[..end];
        bool isLine = end <= UnknownRequestLineBytesMax && bytes[end] is (byte)'\r' or (byte)'\n';
        return isLine && line.LastIndexOf(" RTSP/"u8) > method ? ParseStatus.Complete : ParseStatus.Malformed;
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
