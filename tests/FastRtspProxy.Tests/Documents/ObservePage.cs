using System.Text;
using FastRtspProxy.Operations.Metrics;

namespace FastRtspProxy.Tests.Documents;

/// <summary>The list of metrics on docs/observe.md.</summary>
internal static class ObservePage
{
    public const string Path = "docs/observe.md";

    /// <summary>What people wrote begins behind it.</summary>
    public const string LastLine = "<!-- The list above is made from the code. -->\n";

    public static string Made()
    {
        StringBuilder page = new();
        page.Append("# Metrics\n\n`GET /metrics` of the [HTTP server](http.md) gives them in the text format 0.0.4 of Prometheus.\n\n");
        page.Append("| metric | type | labels | |\n| --- | --- | --- | --- |\n");
        foreach (MetricFamily family in MetricFamilies.All)
        {
            string labels = family.Labels.Length == 0 ? "" : string.Join(", ", family.Labels.Split(", ").Select(static label => $"`{label}`"));
            page.Append($"| `{family.Name}` | {family.Type.ToString().ToLowerInvariant()} | {labels} | {family.Help} |\n");
        }

        return page.Append('\n').Append(LastLine).ToString();
    }
}
