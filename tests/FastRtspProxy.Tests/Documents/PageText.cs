using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>A page for readers, taken apart: what stands in backquotes, and blocks between fences.</summary>
internal sealed partial class PageText
{
    private PageText(string path)
    {
        Path = path;
        string text = Repository.Text(path);
        Blocks = [.. Block().Matches(text).Select(match => (match.Groups["kind"].Value, match.Groups["text"].Value))];
        string running = Block().Replace(text, "");
        Spans = [.. Span().Matches(running).Select(match => match.Groups["text"].Value)];
        Lines = [.. running.Split('\n').Concat(Blocks.SelectMany(block => block.Text.Split('\n')))];
    }

    /// <summary>README and everything under docs that people write, or that stands beside what they write.</summary>
    public static IReadOnlyList<PageText> All { get; } =
    [
        .. Directory.GetFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(System.IO.Path.Combine(Repository.Root, "README.md")).Order(StringComparer.Ordinal)
            .Select(file => new PageText(System.IO.Path.GetRelativePath(Repository.Root, file))),
    ];

    /// <summary>From the root, with slashes.</summary>
    public string Path { get; }

    /// <summary>What stands between two backquotes within a line.</summary>
    public IReadOnlyList<string> Spans { get; }

    /// <summary>Blocks between fences, with the word behind the first fence; empty: none.</summary>
    public IReadOnlyList<(string Kind, string Text)> Blocks { get; }

    /// <summary>All lines, fences left out.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>A page about another program, in whose words it is.</summary>
    public bool IsOfConsumer => Path.StartsWith("docs/consumers/", StringComparison.Ordinal);

    public override string ToString() => Path;

    [GeneratedRegex("^ *```(?<kind>\\w*)\n(?<text>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("(?<!`)`(?<text>[^`\n]+)`(?!`)")]
    private static partial Regex Span();
}
