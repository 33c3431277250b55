using System.Net;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// Any text, word for word: what the <see cref="Vocabulary"/> has stays, everything else is replaced. So a field that nobody has thought of gives
/// nothing away. Signs between the words stay, and with them the shape that a parser sees.
/// </summary>
internal sealed class TextFakes(Fakes fakes)
{
    private const int ShortDigits = 5;

    /// <summary>Words whose value is a name of somebody: <c>user=admin</c>, <c>usr=1234</c>.</summary>
    private static readonly string[] s_userNames = ["user", "usr", "username", "login", "account", "uid", "name"];

    /// <summary>The text with everything replaced that is somebody's own.</summary>
    public string Of(string text, Digits digits = Digits.Short)
    {
        if (text.Contains('=', StringComparison.Ordinal) || text.Contains('%', StringComparison.Ordinal))
        {
            text = UrlSecrets.Mask(text);
        }

        StringBuilder output = new(text.Length + 16);
        string lastWord = string.Empty;
        for (int i = 0; i < text.Length;)
        {
            int length;
            if (text.AsSpan(i).StartsWith(UrlSecrets.Masked, StringComparison.Ordinal))
            {
                output.Append("secret");
                i += UrlSecrets.Masked.Length;
            }
            else if (TryKnown(text, i, out length, out string? fake) || TryAddress(text, i, out length, out fake))
            {
                output.Append(fake);
                i += length;
            }
            else if ((length = WordLength(text, i)) > 0)
            {
                bool isName = i > 0 && text[i - 1] == '=' && Array.IndexOf(s_userNames, lastWord) >= 0;
                string word = text.Substring(i, length);
                output.Append(Word(word, isName ? Digits.None : digits, isName));
                lastWord = word.ToLowerInvariant();
                i += length;
            }
            else
            {
                length = EscapeLength(text, i);
                output.Append(text, i, length);
                i += length;
            }
        }

        return output.ToString();
    }

    private string Word(string word, Digits digits, bool isName)
    {
        if (!word.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return digits == Digits.All || (digits == Digits.Short && word.Length <= ShortDigits) ? word : fakes.Shaped(FakeKind.Number, word);
        }

        return !isName && (word.Length == 1 || Vocabulary.Has(word) || IsTime(word) || IsNumbered(word, digits)) ? word : fakes.Word(word);
    }

    /// <summary><c>track1</c>, <c>v2</c>, <c>25fps</c>, <c>1920x1080</c>: a word that stays, or one letter, and a number.</summary>
    private static bool IsNumbered(ReadOnlySpan<char> word, Digits digits)
    {
        if (digits == Digits.None)
        {
            return false;
        }

        int x = word.IndexOf('x');
        if (x > 0 && IsShort(word[..x]) && IsShort(word[(x + 1)..]))
        {
            return true;
        }

        int split = word.IndexOfAnyInRange('0', '9');
        if (split == 0)
        {
            split = word.IndexOfAnyExceptInRange('0', '9');
            return split > 0 && IsShort(word[..split]) && IsKept(word[split..]);
        }

        return split > 0 && IsKept(word[..split]) && IsShort(word[split..]);

        static bool IsKept(ReadOnlySpan<char> letters) => letters.Length == 1 || Vocabulary.Has(letters);
        static bool IsShort(ReadOnlySpan<char> number) => number.Length is > 0 and <= ShortDigits && !number.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>A moment of RFC 2326 section 3.7: <c>20261126T173000Z</c>, of which a fraction may follow the T.</summary>
    private static bool IsTime(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> bare = word.EndsWith("Z", StringComparison.OrdinalIgnoreCase) ? word[..^1] : word;
        return bare.Length == 15 && bare[8] is 'T' or 't' && bare.Count('T') + bare.Count('t') == 1
            && !bare[..8].ContainsAnyExceptInRange('0', '9') && !bare[9..].ContainsAnyExceptInRange('0', '9');
    }

    private bool TryKnown(string text, int at, out int length, out string? fake)
    {
        foreach ((string known, string stands) in fakes.Known)
        {
            if (text.AsSpan(at).StartsWith(known, StringComparison.OrdinalIgnoreCase))
            {
                (length, fake) = (known.Length, stands);
                return true;
            }
        }

        (length, fake) = (0, null);
        return false;
    }

    /// <summary>An IPv4 or IPv6 address, or one of a network card.</summary>
    private bool TryAddress(string text, int at, out int length, out string? fake)
    {
        (length, fake) = (0, null);
        char first = text[at];
        if ((!char.IsAsciiHexDigit(first) && first != ':') || (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1])))
        {
            return false;
        }

        int end = at;
        while (end < text.Length && end - at < 64 && (char.IsAsciiHexDigit(text[end]) || text[end] is ':' or '.' or '-'))
        {
            end++;
        }

        if (IsCard(text.AsSpan(at, Math.Min(17, end - at))))
        {
            length = 17;
            fake = fakes.Shaped(FakeKind.Address, text.Substring(at, 17));
            return true;
        }

        for (int stop = end; stop > at + 1; stop--)
        {
            ReadOnlySpan<char> candidate = text.AsSpan(at, stop - at);
            bool isQuad = candidate.Count('.') == 3 && !candidate.ContainsAnyExceptInRange('.', '9');
            bool isV6 = candidate.Count(':') >= 2;
            if ((isQuad || isV6) && (stop == text.Length || !char.IsAsciiLetterOrDigit(text[stop]))
                && IPAddress.TryParse(candidate, out IPAddress? address))
            {
                length = stop - at;
                fake = fakes.Address(address);
                return true;
            }
        }

        return false;
    }

    /// <summary><c>00:11:22:33:44:55</c>, or with dashes.</summary>
    private static bool IsCard(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i % 3 == 2 ? text[i] != text[2] || text[i] is not (':' or '-') : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return text.Length == 17;
    }

    /// <summary>Letters and digits, also where they are percent-encoded; 0: none begins there.</summary>
    private static int WordLength(string text, int at)
    {
        int end = at;
        while (end < text.Length)
        {
            if (char.IsAsciiLetterOrDigit(text[end]) || text[end] > '~')
            {
                end++;
            }
            else if (text[end] == '%' && EscapeLength(text, end) == 3 && IsWordByte(text, end))
            {
                end += 3;
            }
            else
            {
                break;
            }
        }

        return end - at;
    }

    private static bool IsWordByte(string text, int at)
    {
        int value = (Uri.FromHex(text[at + 1]) << 4) | Uri.FromHex(text[at + 2]);
        return value >= 0x7F || char.IsAsciiLetterOrDigit((char)value);
    }

    /// <summary>3 for a byte that is percent-encoded, so that its digits are no word; else 1.</summary>
    private static int EscapeLength(string text, int at) =>
        text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]) ? 3 : 1;
}
