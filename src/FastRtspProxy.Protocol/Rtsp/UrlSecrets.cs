using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// Passwords in the query or the path of URLs, as cheap cameras have them: `?user=a&amp;password=b`, `/user=admin_password=x_channel=1_stream=0.sdp`,
/// `/user=admin&amp;password=x`; and in texts what stands before the <c>@</c> of a URL. It works on any text that may hold such URLs, so that it
/// serves messages and sentences alike. In doubt it masks more.
/// </summary>
public static class UrlSecrets
{
    /// <summary>What stands for a password.</summary>
    public const string Masked = "***";

    /// <summary>
    /// A parameter whose name ends with one of these holds a secret: `password`, `userpass`, `access_token`, `apikey`. Quirks: Foscam's `loginpas=`,
    /// Tenda's `psw=`, and `authbasic=`, the credentials in base64. Marks within a name do not count: `pass-word`, `pass_word`, `password%20`.
    /// </summary>
    private static readonly string[] s_names =
    [
        "password", "passwd", "pwd", "pass", "pw", "token", "auth", "key", "secret", "passphrase", "passcode", "psw", "loginpas", "authbasic",
    ];

    /// <summary>
    /// The text with <c>***</c> for the values of parameters that hold secrets, and for what stands before the <c>@</c> of URLs; <c>user:***@</c>, as
    /// we write it ourselves, stays.
    /// </summary>
    public static string Mask(string text) => Mask(text, isUrl: false);

    /// <summary>
    /// As <see cref="Mask(string)"/> for a text that is one URL, and no sentence around it: blanks, quotation marks and punctuation are part of a
    /// value there. What stands before the <c>@</c> of the URL itself is whoever's who prints it (<see cref="RtspUrl.Redacted"/>).
    /// </summary>
    public static string MaskUrl(string url) => Mask(url, isUrl: true);

    private static string Mask(string text, bool isUrl)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WithoutUserInfo(text, isUrl);
        StringBuilder? masked = null;
        int taken = 0;
        UrlStart start = new(text, isUrl);
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsEquals(text, i, out int length) || i < taken || !EndsWithSecretName(text, i, out int nameStart))
            {
                continue;
            }

            int value = i + length;
            int end = EndOfValue(text, start.Before(nameStart), nameStart, value, isUrl);
            if (end == value || text.AsSpan(value, end - value).SequenceEqual(Masked))
            {
                continue;
            }

            masked ??= new StringBuilder(text.Length);
            masked.Append(text, taken, value - taken).Append(Masked);
            taken = end;
        }

        return masked is null ? text : masked.Append(text, taken, text.Length - taken).ToString();
    }

    /// <summary>
    /// What stands before the <c>@</c> of a URL, also of one within another, as gateways have it (`?src=rtsp://user:password@camera/`,
    /// percent-encoded or not).
    /// </summary>
    private static string WithoutUserInfo(string text, bool isUrl)
    {
        StringBuilder? masked = null;
        int taken = 0;
        int seenIn = -1; // where the URL begins whose own scheme was met
        (int End, int LastAt) piece = (-1, -1);
        UrlStart start = new(text, isUrl);
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsSchemeEnd(text, i, out int length))
            {
                continue;
            }

            int url = start.Before(i);
            bool isNested = length > 3 || seenIn == url;
            seenIn = url;
            int from = i + length;
            int at = isNested ? LastAt(text, from, isUrl, ref piece) : isUrl ? -1 : EndOfOwnUserInfo(text, from);
            i = from - 1;
            if (at > from && !text.AsSpan(from, at - from).SequenceEqual(Masked))
            {
                masked = (masked ?? new StringBuilder(text.Length)).Append(text, taken, from - taken).Append(Masked);
                taken = at;
                i = at - 1;
            }
        }

        return masked is null ? text : masked.Append(text, taken, text.Length - taken).ToString();
    }

    /// <summary>`://`, of which any sign may be percent-encoded, once or several times.</summary>
    private static bool IsSchemeEnd(string text, int at, out int length)
    {
        length = 0;
        foreach (char sign in "://")
        {
            if (!IsSign(text, at + length, sign, out int signLength))
            {
                return false;
            }

            length += signLength;
        }

        return true;
    }

    /// <summary>The last `@` of the URL that begins there; -1: it has none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the URL begins; it ascends.</param>
    /// <param name="isUrl">The text is one URL.</param>
    /// <param name="piece">The piece of the text that was walked last: a text of nothing but schemes is walked once.</param>
    private static int LastAt(string text, int from, bool isUrl, ref (int End, int LastAt) piece)
    {
        if (from > piece.End)
        {
            piece = (from, -1);
            for (; piece.End < text.Length && text[piece.End] != '&' && (isUrl || !EndsUrl(text, piece.End)); piece.End++)
            {
                piece.LastAt = IsSign(text, piece.End, '@', out _) ? piece.End : piece.LastAt;
            }
        }

        return piece.LastAt >= from ? piece.LastAt : -1;
    }

    /// <summary>
    /// The `@` behind the user and the password of the URL that begins there; -1: it has none, or they are masked. The last one counts where what
    /// stands before an earlier one cannot be a host, or need not be: passwords may hold any character raw.
    /// </summary>
    private static int EndOfOwnUserInfo(string text, int from)
    {
        int end = from;
        int last = -1;
        for (; end < text.Length && !EndsUrl(text, end) && !IsSchemeEnd(text, end, out _); end++)
        {
            last = text[end] == '@' ? end : last;
        }

        if (last < 0)
        {
            return -1;
        }

        int path = text.AsSpan(from, end - from).IndexOfAny('/', '?');
        int hostEnd = path < 0 ? end : from + path;
        int first = text.AsSpan(from, hostEnd - from).LastIndexOf('@');
        first = first < 0 ? -1 : from + first;
        if (IsMasked(text.AsSpan(from, Math.Max(from, first) - from)) || IsMasked(text.AsSpan(from, last - from)))
        {
            return -1;
        }

        int host = first < 0 ? from : first + 1;
        return RtspUrl.IsAuthority(text[host..hostEnd]) && RtspUrl.IndexOfSecondHost(text.AsSpan(hostEnd, end - hostEnd)) < 0 ? first : last;
    }

    /// <summary>A user and a password as <see cref="RtspUrl.Redacted"/> writes them, or as they are written here.</summary>
    private static bool IsMasked(ReadOnlySpan<char> userInfo)
    {
        int colon = userInfo.IndexOf(':');
        return userInfo[(colon + 1)..].SequenceEqual(Masked);
    }

    private static bool IsSign(string text, int at, char sign, out int length)
    {
        length = 1;
        if (at >= text.Length || text[at] == sign)
        {
            return at < text.Length;
        }

        if (text[at] != '%')
        {
            return false;
        }

        while (text.AsSpan(at + length).StartsWith("25", StringComparison.Ordinal))
        {
            length += 2;
        }

        bool isSign = at + length + 2 <= text.Length && TryDecode(text.AsSpan(at + length, 2), out char decoded) && decoded == sign;
        length += 2;
        return isSign;
    }

    /// <summary>An equals sign, as it is, as %3D, or that escaped again (%253D), as in a URL that is itself a parameter.</summary>
    private static bool IsEquals(string text, int at, out int length) => IsSign(text, at, '=', out length);

    /// <summary>
    /// Reads the name in front of an equals sign backwards; its letters may be percent-encoded. Brackets and digits behind it (`password[]=`, `pw2=`)
    /// only count several of them, and a name may stand within brackets itself (`user[password]=`).
    /// </summary>
    private static bool EndsWithSecretName(string text, int equals, out int nameStart)
    {
        int inner = equals > 0 && ReadBack(text, equals, out int bracket) == ']' ? bracket : equals;
        return IsSecretNameBefore(text, inner, out nameStart) || IsSecretNameBefore(text, BeforeBrackets(text, equals), out nameStart);
    }

    private static bool IsSecretNameBefore(string text, int end, out int nameStart)
    {
        Span<char> name = stackalloc char[32]; // filled from its end; the longest secret name has 10 letters, what stands before does not matter
        int first = name.Length;
        nameStart = end;
        bool isLastWord = true;
        int walked = end;
        while (walked > 0 && first > 0 && ReadBack(text, walked, out int start) is var c
            && (char.IsAsciiLetterOrDigit(c) || IsMark(c, walked - start)))
        {
            walked = start;
            isLastWord &= char.IsAsciiLetterOrDigit(c);
            if (char.IsAsciiLetterOrDigit(c))
            {
                name[--first] = c;
                nameStart = isLastWord ? start : nameStart;
            }
        }

        ReadOnlySpan<char> read = ((ReadOnlySpan<char>)name[first..]).TrimEnd("0123456789");
        foreach (string secret in s_names)
        {
            if (read.EndsWith(secret, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What stands within a name and does not count: a mark, or a blank as a URL has it.</summary>
    private static bool IsMark(char c, int lengthInText) => c is '-' or '_' or '.' or '+' || (c == ' ' && lengthInText > 1);

    /// <summary>Where a name ends that has `[]`, `[0]` or `[a][b]` behind it, as they are or percent-encoded.</summary>
    private static int BeforeBrackets(string text, int end)
    {
        int at = end;
        while (at > 0 && ReadBack(text, at, out int start) == ']')
        {
            int opening = start;
            char c = default;
            while (opening > 0 && start - opening < 64 && c != '[')
            {
                c = ReadBack(text, opening, out opening);
            }

            if (c != '[')
            {
                break;
            }

            at = opening;
        }

        return at;
    }

    /// <summary>
    /// The character that ends in front of <paramref name="end"/>, which is 1 at least: one of the text, or one that is percent-encoded, once or
    /// several times.
    /// </summary>
    private static char ReadBack(string text, int end, out int start)
    {
        int hex = end - 2;
        if (hex > 0 && TryDecode(text.AsSpan(hex, 2), out char decoded))
        {
            start = hex - 1;
            while (start >= 2 && text[start] == '5' && text[start - 1] == '2')
            {
                start -= 2;
            }

            if (text[start] == '%')
            {
                return decoded;
            }
        }

        start = end - 1;
        return text[start];
    }

    private static bool TryDecode(ReadOnlySpan<char> hex, out char decoded)
    {
        decoded = '\0';
        if (!char.IsAsciiHexDigit(hex[0]) || !char.IsAsciiHexDigit(hex[1]))
        {
            return false;
        }

        decoded = (char)((Uri.FromHex(hex[0]) << 4) | Uri.FromHex(hex[1]));
        return true;
    }

    /// <summary>
    /// A value ends at a blank, a quotation mark or an `&amp;`; in a path at its `/` or `?`; at `;`, `,` and, where parameters are parted by it, `_`
    /// only when another parameter follows, because a password may hold these itself. The punctuation of the sentence around the URL is not part of
    /// it.
    /// </summary>
    private static int EndOfValue(string text, int start, int nameStart, int value, bool isUrl)
    {
        bool isQuery = text.AsSpan(start, nameStart - start).Contains('?');
        bool isUnderscored = IsUnderscored(text, start, nameStart);
        int end = value;
        while (end < text.Length)
        {
            char c = text[end];
            if (c == '&' || (!isUrl && EndsUrl(text, end)) || (c is '/' or '?' && !isQuery)
                || ((c is ';' or ',' || (c == '_' && isUnderscored)) && IsParameter(text, end + 1)))
            {
                break;
            }

            end++;
        }

        while (!isUrl && end > value && text[end - 1] is '.' or ':' or ',' or ';' or ')')
        {
            end--;
        }

        return end;
    }

    /// <summary>A blank; or a quotation mark or bracket around the URL, behind which no word goes on: within a password it does.</summary>
    private static bool EndsUrl(string text, int at) => char.IsWhiteSpace(text[at]) || char.IsControl(text[at])
        || (text[at] is '"' or '<' or '>' && (at + 1 == text.Length || !(char.IsAsciiLetterOrDigit(text[at + 1]) || text[at + 1] == '%')));

    /// <summary>
    /// `user=admin_password=…`: an underscore in front of the name, and a parameter before it in the same piece of the path or query.
    /// </summary>
    private static bool IsUnderscored(string text, int start, int nameStart)
    {
        if (nameStart == 0 || text[nameStart - 1] != '_')
        {
            return false;
        }

        ReadOnlySpan<char> before = text.AsSpan(start, nameStart - start);
        return before[(before.LastIndexOfAny('/', '?', '&') + 1)..].Contains('=');
    }

    private static bool IsParameter(string text, int at)
    {
        int name = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-'))
        {
            at++;
        }

        return at > name && at < text.Length && text[at] == '=';
    }

    /// <summary>
    /// Where the URL around a place begins: behind the last blank, quotation mark or bracket. Asked for ascending places, so that a text of nothing
    /// but names is walked once; looking back from each of them was the square of its length. A name may begin before the place that was asked for
    /// last, where another stands within its brackets (`pass[a password=x b]=y`): then all that is in front of it counts, so that rather more is
    /// taken for its value.
    /// </summary>
    private struct UrlStart(string text, bool isUrl)
    {
        // A mutable struct on purpose: a local of the one pass over the text.
        private int _walked;
        private int _start;

        public int Before(int at)
        {
            for (; !isUrl && _walked < at; _walked++)
            {
                char c = text[_walked];
                _start = char.IsWhiteSpace(c) || c is '"' or '<' or '>' ? _walked + 1 : _start;
            }

            return _start <= at ? _start : 0;
        }
    }
}
