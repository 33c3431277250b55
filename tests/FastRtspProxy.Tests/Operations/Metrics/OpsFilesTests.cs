using System.Text.Json;
using System.Text.RegularExpressions;
using FastRtspProxy.Operations.Metrics;

namespace FastRtspProxy.Tests.Operations.Metrics;

/// <summary>Alerts and dashboard ask for what the page has.</summary>
public sealed partial class OpsFilesTests
{
    [Theory]
    [InlineData("ops/alerts.yml", 12)]
    [InlineData("ops/alerts.test.yml", 12)]
    [InlineData("ops/grafana-dashboard.json", 35)]
    public void File_Names_AreWrittenByThePage(string file, int least)
    {
        HashSet<string> known = [.. MetricFamilies.All.SelectMany(static family =>
            family.Type == MetricType.Histogram ? [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"] : (string[])[family.Name])];

        string[] used = [.. Name().Matches(Repository.Text(file)).Select(static match => match.Value).Distinct()];

        Assert.Empty(used.Except(known));
        Assert.True(used.Length >= least, $"only {used.Length} names");
    }

    [Fact]
    public void Dashboard_IsJsonWithPanelsThatAskOnce()
    {
        using JsonDocument dashboard = JsonDocument.Parse(Repository.Text("ops/grafana-dashboard.json"));

        List<JsonElement> panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];

        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels.Where(static panel => panel.GetProperty("type").GetString() != "row"), static panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray()));
    }

    /// <summary>No address, no session, and no name that a client invents.</summary>
    [Fact]
    public void Families_Labels_AreFew()
    {
        string[] allowed =
        [
            "by", "cause", "code", "error", "le", "media", "method", "name", "reason", "result", "runtime", "shard", "state", "stream", "transport", "version", "where",
        ];

        Assert.All(MetricFamilies.All, family => Assert.Empty(family.Labels.Split(", ", StringSplitOptions.RemoveEmptyEntries).Except(allowed)));
        Assert.All(MetricFamilies.All, static family => Assert.Equal(family.Type == MetricType.Counter, family.Name.EndsWith("_total", StringComparison.Ordinal)));
        Assert.Equal(MetricFamilies.All.Count, MetricFamilies.All.Select(static family => family.Name).Distinct().Count());
    }

    [GeneratedRegex(@"\b(fastrtspproxy|process)_[a-z0-9_]+\b")]
    private static partial Regex Name();
}
