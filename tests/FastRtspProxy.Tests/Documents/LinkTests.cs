using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>What the pages for readers name is there: files, anchors, tests.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] s_pages =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Concat(Directory.GetFiles(Repository.Root, "*.md")).Order(StringComparer.Ordinal)];

    private static readonly string[] s_pagesThatNameTests =
        [.. s_pages, Path.Combine(Repository.Root, "tests", "FastRtspProxy.Tests", "testdata", "README.md"), Path.Combine(Repository.Root, "tests", "FastRtspProxy.Tests", "Weaknesses", "README.md")];

    [Fact]
    public void Pages_EveryRelativeLink_LeadsToAFileAndAnAnchorThatAreThere()
    {
        Assert.True(s_pages.Length >= 10);
        string[] dangling = [.. s_pages.SelectMany(page => Link().Matches(WithoutCode(File.ReadAllText(page))).Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Leads(page, target))
            .Select(target => $"{Path.GetRelativePath(Repository.Root, page)}: {target}"))];

        Assert.Empty(dangling);
    }

    [Fact]
    public void Pages_EveryPageOfDocs_IsLinkedFromAnother()
    {
        string[] unlinked = [.. s_pages.Where(page => !s_pages.Any(other => other != page && File.ReadAllText(other).Contains(Path.GetFileName(page), StringComparison.Ordinal)))
            .Select(page => Path.GetRelativePath(Repository.Root, page)).Where(page => page != "README.md")];

        Assert.Empty(unlinked);
    }

    /// <summary>A test that is renamed takes the pages along.</summary>
    [Fact]
    public void Pages_EveryTestThatTheyName_Exists()
    {
        HashSet<string> names = [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)];
        string[] missing = [.. s_pagesThatNameTests.SelectMany(page => TestName().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value)
            .Where(name => !names.Contains(name)).Select(name => $"{Path.GetRelativePath(Repository.Root, page)}: {name}"))];

        Assert.True(names.Count > 1000);
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("## A quirk of a camera", "a-quirk-of-a-camera")]
    [InlineData("## `-C`, log-ins & guessing", "-c-log-ins--guessing")]
    [InlineData("### Who waits?", "who-waits")]
    public void Anchors_OfAHeading_AreThoseOfGitHub(string heading, string anchor) => Assert.Contains(anchor, Anchors(heading));

    private static bool Leads(string page, string target)
    {
        string[] parts = target.Split('#', 2);
        string file = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
        return parts.Length == 1 ? File.Exists(file) || Directory.Exists(file) : File.Exists(file) && Anchors(File.ReadAllText(file)).Contains(parts[1]);
    }

    /// <summary>Headings as GitHub makes anchors of them, and anchors that are written out.</summary>
    private static HashSet<string> Anchors(string text) =>
    [
        .. Heading().Matches(WithoutBlocks(text)).Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')),
        .. WrittenAnchor().Matches(text).Select(match => match.Groups[1].Value),
    ];

    private static string WithoutBlocks(string text) => CodeBlock().Replace(text, "");

    private static string WithoutCode(string text) => InlineCode().Replace(WithoutBlocks(text), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex("""<a id="([^"]+)">""")]
    private static partial Regex WrittenAnchor();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"public (?:async Task|Task|void) (\w+_\w+)")]
    private static partial Regex TestMethod();

    /// <summary>The names of tests have words with capitals between their underscores, so that names of system calls and constants are none.</summary>
    [GeneratedRegex(@"`([A-Z]\w*[a-z]\w*_[A-Z]\w*[a-z]\w*)`")]
    private static partial Regex TestName();
}
