namespace FastRtspProxy.Engine;

/// <summary>
/// The words by which users choose what a joining viewer gets first: with <c>--start</c>, and with <c>?start=</c> at the end of a play URL.
/// </summary>
public static class StartModes
{
    private static readonly (string Word, StartMode Mode)[] s_words =
    [
        ("auto", StartMode.Auto),
        ("past", StartMode.Past),
        ("instant", StartMode.Instant),
        ("keyframe", StartMode.Keyframe),
        ("live", StartMode.Live),
    ];

    /// <summary>All of them, in the order in which they are told.</summary>
    public static IReadOnlyList<(string Word, StartMode Mode)> Words => s_words;

    /// <summary>The mode that a word names; false: it names none.</summary>
    public static bool TryParse(ReadOnlySpan<char> word, out StartMode mode)
    {
        foreach ((string known, StartMode named) in s_words)
        {
            if (word.SequenceEqual(known))
            {
                mode = named;
                return true;
            }
        }

        mode = default;
        return false;
    }
}
