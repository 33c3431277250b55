namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Cutting header values.</summary>
internal static class HeaderText
{
    /// <summary>Takes the text up to <paramref name="separator"/> outside of quotation marks and moves <paramref name="rest"/> behind it.</summary>
    public static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest, char separator)
    {
        bool quoted = false;
        for (int i = 0; i < rest.Length; i++)
        {
            char c = rest[i];
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == '\\' && quoted)
            {
                i++;
            }
            else if (c == separator && !quoted)
            {
                ReadOnlySpan<char> piece = rest[..i];
                rest = rest[(i + 1)..];
                return piece;
            }
        }

        ReadOnlySpan<char> last = rest;
        rest = default;
        return last;
    }

    /// <summary>Without blanks and quotation marks around it.</summary>
    public static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value)
    {
        value = value.Trim();
        return value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1].Trim() : value;
    }
}
