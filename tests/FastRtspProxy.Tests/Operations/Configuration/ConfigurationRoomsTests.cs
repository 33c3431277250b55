using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Which folder of the configuration knows which: a value knows nobody, a reader knows no keys, and what stands in the root knows all.</summary>
public sealed partial class ConfigurationRoomsTests
{
    [Theory]
    [InlineData("Model", "")]
    [InlineData("Reading", "Model")]
    [InlineData("Table", "Model Reading")]
    [InlineData("Checks", "Model Reading Table")]
    [InlineData("Comparison", "Model Table")]
    public void Rooms_KnowExactlyThese(string room, string expected)
    {
        string folder = Path.Combine(Repository.Root, "src", "FastRtspProxy.Operations", "Configuration", room);

        IEnumerable<string> known = Directory.GetFiles(folder, "*.cs").SelectMany(static file => Room().Matches(File.ReadAllText(file)))
            .Select(static match => match.Groups[1].Value).Where(name => name != room).Distinct().Order();

        Assert.Equal(expected, string.Join(' ', known));
    }

    [Fact]
    public void YamlParser_IsWhatKnowsYamlDotNet()
    {
        IEnumerable<string> files = Directory.GetFiles(Path.Combine(Repository.Root, "src", "FastRtspProxy.Operations"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => File.ReadAllText(file).Contains("using YamlDotNet", StringComparison.Ordinal)).Select(static file => Path.GetFileName(file)).Order();

        Assert.Equal(["YamlParser.cs", "YamlTree.cs"], files);
    }

    [GeneratedRegex(@"(?:using|see cref=""|namespace) ?FastRtspProxy\.Operations\.Configuration\.(\w+)")]
    private static partial Regex Room();
}
