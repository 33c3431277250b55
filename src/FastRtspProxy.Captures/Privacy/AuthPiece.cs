namespace FastRtspProxy.Captures.Privacy;

/// <summary>A word or a <c>name=value</c> of a header about log-ins, with what stands around it.</summary>
/// <param name="Before">Blanks and commas in front.</param>
/// <param name="Name">Empty: a word.</param>
/// <param name="Between">The equals sign, and blanks beside it.</param>
/// <param name="Value">Without quotation marks, backslashes taken away.</param>
/// <param name="IsQuoted">It had quotation marks.</param>
internal sealed record AuthPiece(string Before, string Name, string Between, string Value, bool IsQuoted)
{
    /// <summary>More of them are not looked at: the rest is left out.</summary>
    private const int PiecesMax = 64;

    /// <summary>All pieces, in order.</summary>
    public static List<AuthPiece> Split(string text)
    {
        List<AuthPiece> pieces = [];
        int at = 0;
        while (at < text.Length && pieces.Count < PiecesMax)
        {
            int start = at;
            at = Skip(text, at, static c => c is ' ' or '\t' or ',');
            string before = text[start..at];
            int word = at;
            at = Skip(text, at, static c => c is not (' ' or '\t' or ',' or '=' or '"'));
            string name = text[word..at];
            int equals = Skip(text, at, static c => c is ' ' or '\t');
            if (equals >= text.Length || text[equals] != '=')
            {
                string quoted = at < text.Length && text[at] == '"' ? Quoted(text, ref at) : string.Empty;
                if (before.Length + name.Length + quoted.Length > 0)
                {
                    pieces.Add(new AuthPiece(before, string.Empty, string.Empty, name + quoted, false));
                }

                continue;
            }

            int between = at;
            at = Skip(text, equals + 1, static c => c is ' ' or '\t');
            string sign = text[between..at];
            if (at < text.Length && text[at] == '"')
            {
                pieces.Add(new AuthPiece(before, name, sign, Quoted(text, ref at), true));
            }
            else
            {
                int value = at;
                at = Skip(text, at, static c => c is not (' ' or '\t' or ','));
                pieces.Add(new AuthPiece(before, name, sign, text[value..at], false));
            }
        }

        return pieces;
    }

    private static int Skip(string text, int at, Func<char, bool> holds)
    {
        while (at < text.Length && holds(text[at]))
        {
            at++;
        }

        return at;
    }

    private static string Quoted(string text, ref int at)
    {
        System.Text.StringBuilder value = new();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            value.Append(text[at]);
        }

        at = Math.Min(at + 1, text.Length);
        return value.ToString();
    }
}
