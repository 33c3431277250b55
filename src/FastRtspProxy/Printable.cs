namespace FastRtspProxy;

/// <summary>Text of others on its way to a terminal or a log file.</summary>
internal static class Printable
{
    /// <summary>One line: every control character becomes '?', so that no peer moves the cursor or forges a second line.</summary>
    public static string Line(string text) => Clean(text, keepLineBreaks: false);

    /// <summary>Several lines: as <see cref="Line"/>, but LF and tab stay and CR before LF goes.</summary>
    public static string Lines(string text) => Clean(text.Replace("\r\n", "\n", StringComparison.Ordinal), keepLineBreaks: true);

    private static string Clean(string text, bool keepLineBreaks)
    {
        foreach (char c in text)
        {
            if (IsBad(c, keepLineBreaks))
            {
                return string.Create(text.Length, (text, keepLineBreaks), static (output, state) =>
                {
                    for (int i = 0; i < output.Length; i++)
                    {
                        char c = state.text[i];
                        output[i] = IsBad(c, state.keepLineBreaks) ? '?' : c;
                    }
                });
            }
        }

        return text;
    }

    private static bool IsBad(char c, bool keepLineBreaks) => char.IsControl(c) && c != '\t' && !(keepLineBreaks && c == '\n');
}
