using System.Globalization;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>Reading single SDP lines and looking for attributes among them.</summary>
internal static class SdpLine
{
    public static bool IsLine(string line) => line.Length >= 2 && line[1] == '=' && char.IsAsciiLetterLower(line[0]);

    /// <summary>The first value of that type that is not blank.</summary>
    public static string? FirstValue(IReadOnlyList<string> lines, char type) => First(lines, type)?[2..];

    /// <summary>The first line of that type whose value is not blank.</summary>
    public static string? First(IReadOnlyList<string> lines, char type)
    {
        foreach (string line in lines)
        {
            if (line[0] == type && !line.AsSpan(2).IsWhiteSpace())
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>True for `a=name` and `a=name:value`; blanks in front of the colon, or instead of it, are seen.</summary>
    public static bool IsAttribute(string line, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> text = line.AsSpan();
        if (text[0] != 'a' || !text[2..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[(2 + name.Length)..];
        return rest.IsEmpty || rest[0] is ':' or ' ' or '\t';
    }

    public static bool HasFlag(IReadOnlyList<string> lines, string name)
    {
        foreach (string line in lines)
        {
            if (IsAttribute(line, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The trimmed value of the first `a=name:` line; null when there is none or it is empty.</summary>
    public static string? Attribute(IReadOnlyList<string> lines, string name)
    {
        foreach (string line in lines)
        {
            if (IsAttribute(line, name) && line.Length > name.Length + 3)
            {
                string value = line[(name.Length + 3)..].Trim();
                if (value.Length > 0)
                {
                    return value;
                }
            }
        }

        return null;
    }

    /// <summary>The value of `a=name:payloadType value`, null without one. Quirk (Ubiquiti): a fmtp without any value.</summary>
    public static string? AttributeOf(IReadOnlyList<string> lines, string name, int payloadType)
    {
        foreach (string line in lines)
        {
            if (!IsAttribute(line, name) || line.Length <= name.Length + 3)
            {
                continue;
            }

            ReadOnlySpan<char> value = line.AsSpan(name.Length + 3).Trim();
            int blank = value.IndexOfAny(' ', '\t');
            if (blank > 0 && Number(value[..blank]) == payloadType)
            {
                return value[(blank + 1)..].Trim().ToString();
            }
        }

        return null;
    }

    /// <summary>Address and TTL of the first c= line: `c=IN IP4 239.1.2.3/16/2`. Quirk: `c=IN ip …`, or no address at all.</summary>
    public static (string? Address, int? Ttl) Connection(IReadOnlyList<string> lines)
    {
        string? value = FirstValue(lines, 'c');
        if (value is null)
        {
            return (null, null);
        }

        string[] words = value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string address = words[^1];
        if (words.Length < 3)
        {
            return (null, null);
        }

        string[] parts = address.Split('/');
        bool isV6 = parts[0].Contains(':', StringComparison.Ordinal);
        int? ttl = parts.Length > 1 && !isV6 && Number(parts[1]) is >= 0 and <= 255 and int number ? number : null;
        return (parts[0].Length == 0 ? null : parts[0], ttl);
    }

    /// <summary>A plain decimal number, -1 for anything else.</summary>
    public static int Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
}
