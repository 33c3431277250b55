using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>The version stands in Directory.Build.props; programs, man pages and packages read it there.</summary>
public sealed partial class VersionTests
{
    private static string Version => Element().Match(Repository.Text("Directory.Build.props")).Groups[1].Value;

    [Fact]
    public void Version_OfTheProgram_IsThatOfTheBuild() => Assert.Equal(Version, ProgramVersion.Text);

    [Fact]
    public void Version_OfTheManPages_IsThatOfTheBuild()
    {
        foreach (string page in Directory.GetFiles(Path.Combine(Repository.Root, "docs")).Where(static file => Path.GetExtension(file) is ".1" or ".5"))
        {
            Assert.Contains($" {Version}\"", File.ReadLines(page).First(static line => line.StartsWith(".TH ", StringComparison.Ordinal)), StringComparison.Ordinal);
        }
    }

    /// <summary>What is not released yet may stand above.</summary>
    [Fact]
    public void Version_OfTheNewestReleaseInTheChangelog_IsThatOfTheBuild()
    {
        string[] entries = [.. Entry().Matches(Repository.Text("CHANGELOG.md")).Select(static match => match.Groups[1].Value)];

        Assert.NotEmpty(entries);
        Assert.Equal(Version, entries.FirstOrDefault(static entry => entry != "Unreleased") ?? Version);
    }

    /// <summary>Scripts and files of packages are given the version, and have none of their own.</summary>
    [Fact]
    public void Version_StandsInNoFileOfPackaging()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "packaging"), "*", SearchOption.AllDirectories))
        {
            string[] lines = [.. File.ReadLines(file).Where(static line => !line.TrimStart().StartsWith('#'))];
            Assert.DoesNotContain(lines, line => Regex.IsMatch(line, $@"(?<![\d.]){Regex.Escape(Version)}(?![\d.])"));
        }
    }

    [GeneratedRegex("<Version>([0-9.]+)</Version>")]
    private static partial Regex Element();

    [GeneratedRegex(@"^## \[([^\]]+)\]", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
