using System.Text;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>The metrics of one name.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Unit">Of the numbers that it is written with.</param>
/// <param name="Help">One sentence without a full stop; no backslash in it, and no line break.</param>
internal sealed record MetricFamily(string Name, MetricType Type, MetricUnit Unit, string Help)
{
    /// <summary>The labels of its series, for the documentation; empty: none.</summary>
    public string Labels { get; init; } = string.Empty;

    /// <summary>The lines that stand before its series.</summary>
    public byte[] Head { get; } = Encoding.UTF8.GetBytes($"# HELP {Name} {Help}\n# TYPE {Name} {Type.ToString().ToLowerInvariant()}\n");

    /// <summary>What each line of it begins with.</summary>
    public byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(Name);
}
