using System.Globalization;

namespace FastRtspProxy.Tests.Operations.Metrics;

/// <summary>A page of metrics as somebody reads it: each series with its number.</summary>
internal sealed class MetricsSamples
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    public MetricsSamples(string page)
    {
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
        foreach (string line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Assert.True(_types.TryAdd(words[2], words[3]), line);
            }
            else if (!line.StartsWith('#'))
            {
                int blank = line.LastIndexOf(' ');
                Assert.True(_series.TryAdd(line[..blank], double.Parse(line[(blank + 1)..], CultureInfo.InvariantCulture)), line);
            }
        }
    }

    public IReadOnlyDictionary<string, double> Series => _series;

    /// <summary>Of a series without our prefix, as it is written: <c>stream_up{stream="cam"}</c>. NaN: it is not there.</summary>
    public double this[string series] => _series.GetValueOrDefault("fastrtspproxy_" + series, double.NaN);

    /// <summary>The names without what histograms append.</summary>
    public IEnumerable<string> Families => _types.Keys;

    /// <summary>Everything that must never go back.</summary>
    public IEnumerable<KeyValuePair<string, double>> Counters => _series.Where(pair => _types.GetValueOrDefault(pair.Key.Split('{')[0]) is "counter" || pair.Key.Contains("_bucket{", StringComparison.Ordinal));
}
