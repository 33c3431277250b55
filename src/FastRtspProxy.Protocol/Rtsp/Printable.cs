using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// Text of others on its way to a terminal, a log file or a report: whatever shows a URL, a header or a name that a peer or a user wrote goes through
/// here. Passwords in URLs are masked, and nothing in it moves a cursor, forges a line or turns the order of letters around.
/// </summary>
public static class Printable
{
    /// <summary>
    /// One line: every control character becomes '?'; bidirectional and other invisible format characters are written by their number (\u202E).
    /// </summary>
    public static string Line(string text) => Clean(UrlSecrets.Mask(text), keepLineBreaks: false);

    /// <summary>
    /// As <see cref="Line"/> for a text that is one URL (<see cref="UrlSecrets.MaskUrl"/>); the password before its own <c>@</c> is masked already.
    /// </summary>
    public static string Url(string url) => Clean(UrlSecrets.MaskUrl(url), keepLineBreaks: false);

    /// <summary>Several lines: as <see cref="Line"/>, but LF and tab stay and CR before LF goes.</summary>
    public static string Lines(string text) => Clean(UrlSecrets.Mask(text.Replace("\r\n", "\n", StringComparison.Ordinal)), keepLineBreaks: true);

    /// <summary>
    /// A name that a peer chose, for a place between quotation marks in a line that programs read: letters, digits and signs as they are, everything
    /// else (quotation marks, backslashes, control, format and private characters, blanks other than the blank, halves of surrogates) by its number
    /// (\u0022), and no longer than so many characters, the cut shown by three dots.
    /// </summary>
    public static string Quoted(string text, int maxChars)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder clean = new(Math.Min(text.Length, maxChars) + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int before = clean.Length;
            _ = IsPlain(rune) ? clean.Append(rune.ToString()) : clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            if (clean.Length > maxChars)
            {
                clean.Length = before;
                return clean.Append("...").ToString();
            }
        }

        return clean.ToString();
    }

    private static bool IsPlain(Rune rune) => rune.Value is not ('"' or '\\' or 0xFFFD) && Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator => rune.Value == ' ',
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        _ => true,
    };

    private static string Clean(string text, bool keepLineBreaks)
    {
        int first = 0;
        while (first < text.Length && !IsControl(text[first], keepLineBreaks) && !IsInvisible(text[first]))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        StringBuilder clean = new(text, 0, first, text.Length + 16);
        foreach (char c in text.AsSpan(first))
        {
            _ = IsControl(c, keepLineBreaks) ? clean.Append('?')
                : IsInvisible(c) ? clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}")
                : clean.Append(c);
        }

        return clean.ToString();
    }

    private static bool IsControl(char c, bool keepLineBreaks) => char.IsControl(c) && c != '\t' && !(keepLineBreaks && c == '\n');

    /// <summary>U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 and their kin; and the line and paragraph separators.</summary>
    private static bool IsInvisible(char c) =>
        c > '\x7F' && char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
