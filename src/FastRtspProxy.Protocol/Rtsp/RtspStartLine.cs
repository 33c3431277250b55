using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Where the parts of a start line are, as offsets into the line.</summary>
internal readonly record struct RtspStartLine(
    bool IsRequest, Range Method, Range Uri, Range Version, int StatusCode, Range Reason)
{
    /// <summary>Reads a line without its line end. Blanks at both ends and runs of blanks between the parts are tolerated.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out RtspStartLine parts)
    {
        parts = default;
        int start = 0;
        int end = line.Length;
        while (end > start && IsBlank(line[end - 1]))
        {
            end--;
        }

        while (start < end && IsBlank(line[start]))
        {
            start++;
        }

        if (line[start..end].IndexOf((byte)0) >= 0)
        {
            return false;
        }

        return IsVersion(line[start..end]) ? TryParseStatusLine(line, start, end, out parts) : TryParseRequestLine(line, start, end, out parts);
    }

    private static bool TryParseStatusLine(ReadOnlySpan<byte> line, int start, int end, out RtspStartLine parts)
    {
        parts = default;
        int versionEnd = TokenEnd(line, start, end);
        int code = SkipBlanks(line, versionEnd, end);
        int codeEnd = TokenEnd(line, code, end);
        if (codeEnd - code != 3)
        {
            return false;
        }

        int status = 0;
        foreach (byte b in line[code..codeEnd])
        {
            if (!char.IsAsciiDigit((char)b))
            {
                return false;
            }

            status = (status * 10) + (b - '0');
        }

        // Quirk (several cameras): no reason phrase at all after the code.
        int reason = SkipBlanks(line, codeEnd, end);
        parts = new RtspStartLine(false, default, default, start..versionEnd, status, reason..end);
        return status >= 100;
    }

    private static bool TryParseRequestLine(ReadOnlySpan<byte> line, int start, int end, out RtspStartLine parts)
    {
        parts = default;
        int methodEnd = TokenEnd(line, start, end);
        int version = end;
        while (version > methodEnd && !IsBlank(line[version - 1]))
        {
            version--;
        }

        int uri = SkipBlanks(line, methodEnd, version);
        int uriEnd = version;
        while (uriEnd > uri && IsBlank(line[uriEnd - 1]))
        {
            uriEnd--;
        }

        if (methodEnd == start || uri == uriEnd || !IsVersion(line[version..end]) || !IsMethod(line[start..methodEnd]))
        {
            return false;
        }

        parts = new RtspStartLine(true, start..methodEnd, uri..uriEnd, version..end, 0, default);
        return true;
    }

    private static bool IsVersion(ReadOnlySpan<byte> text) =>
        text.Length > 5 && (Ascii.EqualsIgnoreCase(text[..5], "RTSP/"u8) || Ascii.EqualsIgnoreCase(text[..5], "HTTP/"u8));

    private static bool IsMethod(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'-' or (byte)'.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r';

    private static int TokenEnd(ReadOnlySpan<byte> line, int start, int end)
    {
        while (start < end && !IsBlank(line[start]))
        {
            start++;
        }

        return start;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> line, int start, int end)
    {
        while (start < end && IsBlank(line[start]))
        {
            start++;
        }

        return start;
    }
}
