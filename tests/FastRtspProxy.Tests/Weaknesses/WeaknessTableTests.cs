using System.Reflection;
using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>The table (README.md of this folder) is true: a row for each weakness, each test that it names exists, and each test of this folder is named.</summary>
public sealed partial class WeaknessTableTests
{
    private const int Weaknesses = 33;

    private static readonly string[] s_rows =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Weaknesses", "README.md")).Where(line => Row().IsMatch(line))];

    private static readonly HashSet<string> s_tests =
        [.. typeof(WeaknessTableTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null).Select(method => method.Name)];

    [Fact]
    public void Table_HasARowForEachWeakness()
    {
        Assert.Equal(Enumerable.Range(1, Weaknesses), s_rows.Select(row => int.Parse(Row().Match(row).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Table_EveryTestThatItNames_Exists()
    {
        string[] missing = [.. s_rows.SelectMany(Names).Where(name => !s_tests.Contains(name))];

        Assert.Empty(missing);
    }

    [Fact]
    public void Table_EveryWeaknessTest_StandsInItsRow()
    {
        Dictionary<int, string> rows = s_rows.Select((row, index) => (row, index)).ToDictionary(pair => pair.index + 1, pair => pair.row);
        string[] absent = [.. s_tests.Where(name => WeaknessName().Match(name) is { Success: true } match
            && !Names(rows[int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)]).Contains(name))];

        Assert.Empty(absent);
    }

    private static IEnumerable<string> Names(string row) => TestName().Matches(row).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| *(\d+) *\|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^Weakness(\d\d)_")]
    private static partial Regex WeaknessName();
}
