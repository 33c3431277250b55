using System.Text;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>Labels as they stand between the braces of a series.</summary>
internal static class MetricLabels
{
    /// <summary>
    /// Pairs of a name and a value; what has a meaning in the format is escaped in the values (backslash, quotation mark, line feed).
    /// </summary>
    public static byte[] Of(params ReadOnlySpan<string> namesAndValues)
    {
        StringBuilder text = new();
        for (int i = 0; i + 1 < namesAndValues.Length; i += 2)
        {
            text.Append(i > 0 ? "," : string.Empty).Append(namesAndValues[i]).Append("=\"");
            foreach (char c in namesAndValues[i + 1])
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
