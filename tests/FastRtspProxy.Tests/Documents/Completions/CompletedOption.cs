namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>An option as shells complete it.</summary>
/// <param name="Names">With their dashes, the long one last.</param>
/// <param name="Values">What the words behind it are called; empty: it takes none.</param>
/// <param name="Text">What it does.</param>
internal sealed record CompletedOption(IReadOnlyList<string> Names, IReadOnlyList<string> Values, string Text)
{
    private const int ShortColumns = 72;

    private const int ClauseColumns = 12;

    /// <summary>All values that there are, or the usual ones; empty: it is no choice of words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What holds without it, in words; null: nothing is to be said.</summary>
    public string? Default { get; init; }

    /// <summary>A second one adds to the first.</summary>
    public bool Repeats { get; init; }

    public bool TakesFile => Values is [var value] && value.Split('|').Contains("FILE");

    /// <summary>A line for a menu: the first clause of the text.</summary>
    public string ShortText
    {
        get
        {
            int end = ((string[])["; ", " (", ". "]).Select(mark => Text.IndexOf(mark, StringComparison.Ordinal)).Where(static at => at >= ClauseColumns)
                .DefaultIfEmpty(Text.Length).Min();
            string clause = Text[..end].TrimEnd('.');
            return clause.Length <= ShortColumns ? clause : clause[..clause.LastIndexOf(' ', ShortColumns - 4)].TrimEnd(',') + " ...";
        }
    }
}
