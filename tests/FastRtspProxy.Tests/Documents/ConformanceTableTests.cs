using System.Reflection;
using System.Text.RegularExpressions;
using FastRtspProxy.Simulator.Probe;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/conformance.md is true: a row for each rule, each test that it names has the rule, each test with a rule stands in its row, and the probe says what it says.</summary>
public sealed partial class ConformanceTableTests
{
    private const string NotMet = "## What does not apply";

    private static readonly string s_text = Repository.Text("docs/conformance.md");
    private static readonly RuleRow[] s_rows = Read(s_text[..s_text.IndexOf(NotMet, StringComparison.Ordinal)]);
    private static readonly RuleRow[] s_notMet = Read(s_text[s_text.IndexOf(NotMet, StringComparison.Ordinal)..]);

    private static readonly (string Test, string Key)[] s_tests =
        [.. typeof(ConformanceTableTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<RuleAttribute>().Select(rule => (method.Name, rule.Key)))];

    [Theory]
    [InlineData('S', 46)]
    [InlineData('C', 18)]
    [InlineData('R', 6)]
    public void Table_HasARowForEachRule(char letter, int rules)
    {
        IEnumerable<string> keys = s_rows.Concat(s_notMet).Select(row => row.Key).Where(key => key[0] == letter).OrderBy(key => key.Length).ThenBy(key => key, StringComparer.Ordinal);

        Assert.Equal(Enumerable.Range(1, rules).Select(number => $"{letter}{number}"), keys);
    }

    [Fact]
    public void Table_EachRow_HasItsAnchorASourceASentenceAndATest()
    {
        Assert.All(s_rows, row => Assert.True(
            string.Equals(row.Anchor, row.Key, StringComparison.OrdinalIgnoreCase) && char.IsAsciiLetterLower(row.Anchor[0]) && row.Source.Length > 0 && row.Sentence.EndsWith('.') && row.Tests.Length > 0,
            $"the row of {row.Key} lacks its anchor, its source, its sentence or a test"));
        Assert.All(s_notMet, row => Assert.True(string.Equals(row.Anchor, row.Key, StringComparison.OrdinalIgnoreCase) && row.Tests.Length == 0, row.Key));
    }

    [Fact]
    public void Table_EachTestThatItNames_HasTheRule()
    {
        string[] missing = [.. s_rows.SelectMany(row => row.Tests.Select(test => (Test: test, row.Key))).Except(s_tests).Select(pair => $"{pair.Test} needs [Rule(\"{pair.Key}\")]")];

        Assert.Empty(missing);
    }

    [Fact]
    public void Table_EachTestWithARule_StandsInItsRow()
    {
        string[] absent = [.. s_tests.Except(s_rows.SelectMany(row => row.Tests.Select(test => (Test: test, row.Key)))).Select(pair => $"the row of {pair.Key} needs `{pair.Test}`")];

        Assert.Empty(absent);
    }

    /// <summary>A key says nothing to who reads a list of failed tests.</summary>
    [Fact]
    public void Tests_AreNamedInWordsAndHaveTheirRulesAsAttributes()
    {
        string[] cryptic = [.. typeof(ConformanceTableTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null && KeyInName().IsMatch(method.Name))
            .Select(method => $"{method.Name}: put the key into [Rule(\"…\")] and the test into docs/conformance.md")];

        Assert.Empty(cryptic);
    }

    [Fact]
    public void Probe_NamesTheSourcesOfTheTable()
    {
        Dictionary<string, string> sources = s_rows.ToDictionary(row => row.Key, row => row.Source);

        Assert.True(Rules.All.Count > 20);
        Assert.Equal(Rules.All.Count, Rules.All.Select(rule => rule.Key).Distinct().Count());
        Assert.All(Rules.All, rule => Assert.Equal(sources.GetValueOrDefault(rule.Key, $"no row for {rule.Key}"), rule.Source));
    }

    private static RuleRow[] Read(string text) =>
        [.. Row().Matches(text).Select(match => new RuleRow(
            match.Groups["key"].Value, match.Groups["anchor"].Value, match.Groups["source"].Value.Trim(), match.Groups["sentence"].Value.Trim(),
            [.. TestName().Matches(match.Groups["tests"].Value).Select(test => test.Groups[1].Value)]))];

    [GeneratedRegex("""^\| <a id="(?<anchor>\w+)"></a>(?<key>[SCR]\d+) \|(?<source>[^|]*)\|(?<sentence>[^|]*)\|(?<tests>[^|]*)\|\r?$""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^[SCR]\d+_")]
    private static partial Regex KeyInName();
}
