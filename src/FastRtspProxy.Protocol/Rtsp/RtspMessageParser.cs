using System.Buffers;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// Reads one message. Tolerant where cameras and players need it: LF-only line ends, folded headers, blank lines in front, any case of header
/// names, no reason phrase, blanks at line ends. Strict about size. The caller looks for `$` first (<see cref="InterleavedFrame"/>).
/// </summary>
public static class RtspMessageParser
{
    /// <summary>Reads one message and moves <paramref name="input"/> behind it; the input stays where it is for any other answer.</summary>
    public static ParseStatus TryParse(ref ReadOnlySequence<byte> input, RtspMessage message, RtspLimits limits, out RtspDefect defect)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(limits);
        if (input.IsSingleSegment)
        {
            ParseStatus status = TryParse(input.FirstSpan, message, limits, out int consumed, out defect);
            input = input.Slice(consumed);
            return status;
        }

        return TryParseAcrossSegments(ref input, message, limits, out defect);
    }

    public static ParseStatus TryParse(
        ReadOnlySpan<byte> input, RtspMessage message, RtspLimits limits, out int consumed, out RtspDefect defect)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(limits);
        consumed = 0;
        ParseStatus status = TryParseHead(input, message, limits, out int headBytes, out int bodyBytes, out defect);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        if (input.Length - headBytes < bodyBytes)
        {
            message.Reset();
            return ParseStatus.NeedMore;
        }

        message.LoadBody(input.Slice(headBytes, bodyBytes));
        consumed = headBytes + bodyBytes;
        return ParseStatus.Complete;
    }

    private static ParseStatus TryParseAcrossSegments(
        ref ReadOnlySequence<byte> input, RtspMessage message, RtspLimits limits, out RtspDefect defect)
    {
        // One byte above the limit, so that a head that is too long is told from one that is not there yet.
        int windowBytes = (int)long.Min(input.Length, limits.HeadBytes + 1L);
        using SpanOwner<byte> window = SpanOwner<byte>.Allocate(windowBytes);
        input.Slice(0, windowBytes).CopyTo(window.Span);
        ParseStatus status = TryParseHead(window.Span, message, limits, out int headBytes, out int bodyBytes, out defect);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        if (input.Length - headBytes < bodyBytes)
        {
            message.Reset();
            return ParseStatus.NeedMore;
        }

        message.LoadBody(input.Slice(headBytes, bodyBytes));
        input = input.Slice(headBytes + bodyBytes);
        return ParseStatus.Complete;
    }

    /// <summary>
    /// Reads a message but for its body, whose bytes follow: for whoever makes nothing of them and keeps none (<see cref="RtspMessage.PassBody"/>).
    /// </summary>
    public static ParseStatus TryParseHead(
        ReadOnlySpan<byte> input, RtspMessage message, RtspLimits limits, out int headBytes, out int bodyBytes, out RtspDefect defect)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(limits);
        bodyBytes = 0;
        headBytes = 0;
        defect = RtspDefect.None;
        int start = input.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> window = input[..int.Min(input.Length, limits.HeadBytes)];
        if (start < 0 || start >= window.Length)
        {
            return input.Length > limits.HeadBytes ? Malformed(message, RtspDefect.HeadTooLong, out defect) : NeedMore(message);
        }

        // A first line that can not become a start line is refused at once; nobody waits for the end of garbage.
        window = window[start..];
        int firstLine = window.IndexOf((byte)'\n');
        if (firstLine >= 0 && !RtspStartLine.TryParse(window[..firstLine], out _))
        {
            return Malformed(message, RtspDefect.BadStartLine, out defect);
        }

        int end = HeadEnd(window, firstLine);
        if (end < 0)
        {
            return input.Length > limits.HeadBytes ? Malformed(message, RtspDefect.HeadTooLong, out defect) : NeedMore(message);
        }

        if (!message.TryLoadHead(window[..end], limits, out defect))
        {
            return ParseStatus.Malformed;
        }

        if (message.PromisedBodyBytes(limits, out defect) is not { } promised)
        {
            message.Reset();
            return ParseStatus.Malformed;
        }

        headBytes = start + end;
        bodyBytes = promised;
        return ParseStatus.Complete;
    }

    private static ParseStatus NeedMore(RtspMessage message)
    {
        message.Reset();
        return ParseStatus.NeedMore;
    }

    private static ParseStatus Malformed(RtspMessage message, RtspDefect why, out RtspDefect defect)
    {
        message.Reset();
        defect = why;
        return ParseStatus.Malformed;
    }

    /// <summary>The offset behind the blank line, -1 when it has not come.</summary>
    private static int HeadEnd(ReadOnlySpan<byte> window, int feed)
    {
        while (feed >= 0)
        {
            ReadOnlySpan<byte> rest = window[(feed + 1)..];
            if (rest.StartsWith("\n"u8))
            {
                return feed + 2;
            }

            if (rest.StartsWith("\r\n"u8))
            {
                return feed + 3;
            }

            int next = rest.IndexOf((byte)'\n');
            feed = next < 0 ? -1 : feed + 1 + next;
        }

        return -1;
    }
}
