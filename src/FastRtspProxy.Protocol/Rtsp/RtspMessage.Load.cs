using System.Buffers;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Filling a message; only the parser does it.</summary>
public sealed partial class RtspMessage
{
    /// <summary>Copies a whole head (start line to the blank line) and indexes it. False: the message is empty again.</summary>
    internal bool TryLoadHead(ReadOnlySpan<byte> head, RtspLimits limits, out RtspDefect defect)
    {
        Reset();
        if (_head.Length < head.Length)
        {
            GiveBack(ref _head);
            _head = ArrayPool<byte>.Shared.Rent(int.Max(head.Length, FirstHeadBytes));
        }

        head.CopyTo(_head);
        Span<byte> own = _head.AsSpan(0, head.Length);
        int position = LineEnd(own, 0, out int next);
        if (!RtspStartLine.TryParse(own[..position], out _start))
        {
            defect = RtspDefect.BadStartLine;
            Reset();
            return false;
        }

        if (!TryIndexHeaders(own, next, limits.HeaderLines))
        {
            defect = RtspDefect.TooManyHeaders;
            Reset();
            return false;
        }

        defect = RtspDefect.None;
        return true;
    }

    /// <summary>The body's length as the headers promise it; null with a defect when they are not to be believed.</summary>
    internal int? PromisedBodyBytes(RtspLimits limits, out RtspDefect defect)
    {
        defect = RtspDefect.None;
        long? promised = null;
        for (int i = 0; i < HeaderCount; i++)
        {
            if (!Ascii.EqualsIgnoreCase(NameAt(i), "Content-Length"u8))
            {
                continue;
            }

            if (!TryParseLength(ValueAt(i), out long bytes) || (promised is { } other && other != bytes))
            {
                defect = RtspDefect.BadContentLength;
                return null;
            }

            promised = bytes;
        }

        if (IsTunnelHead())
        {
            return 0;
        }

        if (promised > limits.BodyBytes)
        {
            defect = RtspDefect.BodyTooLong;
            return null;
        }

        return (int)(promised ?? 0);
    }

    internal void LoadBody(ReadOnlySpan<byte> body) => body.CopyTo(BodyBuffer(body.Length));

    internal void LoadBody(in ReadOnlySequence<byte> body) => body.CopyTo(BodyBuffer((int)body.Length));

    private Span<byte> BodyBuffer(int bytes)
    {
        if (_body.Length < bytes)
        {
            _body = new byte[int.Max(bytes, 512)];
        }

        _bodyBytes = bytes;
        return _body.AsSpan(0, bytes);
    }

    // The Content-Length of the tunnel's POST (32767 by custom) is the room for base64 text that comes for hours, and the answer to its GET is
    // followed by RTSP; neither is a body to wait for (Apple QTSS Programming Guide, chapter 2).
    private bool IsTunnelHead()
    {
        if (!IsHttp)
        {
            return false;
        }

        return IsRequest
            || (TryGetHeader("Content-Type"u8, out ReadOnlySpan<byte> type) && Ascii.EqualsIgnoreCase(type, "application/x-rtsp-tunnelled"u8));
    }

    private bool TryIndexHeaders(Span<byte> head, int position, int maxLines)
    {
        int lines = 0;
        while (position < head.Length)
        {
            int start = position;
            int end = LineEnd(head, start, out position);
            if (end == start)
            {
                break;
            }

            if (++lines > maxLines)
            {
                return false;
            }

            if (head[start] is (byte)' ' or (byte)'\t')
            {
                Unfold(head, start, end);
            }
            else
            {
                IndexHeader(head, start, end);
            }
        }

        return true;
    }

    private void IndexHeader(ReadOnlySpan<byte> head, int start, int end)
    {
        int colon = head[start..end].IndexOf((byte)':');
        if (colon <= 0)
        {
            return; // A line that is no header is the sender's problem; what matters is in the others.
        }

        if (HeaderCount == _headers.Length)
        {
            HeaderSlot[] more = ArrayPool<HeaderSlot>.Shared.Rent(int.Max(FirstHeaders, _headers.Length * 2));
            _headers.AsSpan(0, HeaderCount).CopyTo(more);
            GiveBack(ref _headers);
            _headers = more;
        }

        ref HeaderSlot slot = ref _headers[HeaderCount++];
        slot.NameStart = start;
        slot.NameLength = head.Slice(start, colon).TrimEnd(" \t"u8).Length;
        SetValue(ref slot, head, start + colon + 1, end);
    }

    // RFC 2068 section 2.2: a line that starts with a blank continues the value before it. In our own copy the line end becomes blanks.
    private void Unfold(Span<byte> head, int start, int end)
    {
        if (HeaderCount == 0)
        {
            return;
        }

        ref HeaderSlot slot = ref _headers[HeaderCount - 1];
        int valueEnd = slot.ValueStart + slot.ValueLength;
        int text = start;
        while (text < end && head[text] is (byte)' ' or (byte)'\t')
        {
            text++;
        }

        head[valueEnd..text].Fill((byte)' ');
        SetValue(ref slot, head, slot.ValueStart, end);
    }

    // Quirk (Longse): blanks after the value.
    private static void SetValue(ref HeaderSlot slot, ReadOnlySpan<byte> head, int start, int end)
    {
        while (start < end && head[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        slot.ValueStart = start;
        slot.ValueLength = Trim(head[start..end]).Length;
    }

    private static bool TryParseLength(ReadOnlySpan<byte> value, out long bytes)
    {
        bytes = 0;
        foreach (byte b in value)
        {
            if (!char.IsAsciiDigit((char)b))
            {
                return false;
            }

            bytes = long.Min((bytes * 10) + (b - '0'), int.MaxValue);
        }

        return !value.IsEmpty;
    }

    /// <summary>The end of the line's text, without its CR and LF.</summary>
    private static int LineEnd(ReadOnlySpan<byte> head, int start, out int next)
    {
        int feed = head[start..].IndexOf((byte)'\n');
        int end = feed < 0 ? head.Length : start + feed;
        next = feed < 0 ? head.Length : end + 1;
        return end > start && head[end - 1] == (byte)'\r' ? end - 1 : end;
    }
}
