namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What <c>/metrics</c> tells, and where.</summary>
internal sealed record MetricsConfig
{
    public bool Enabled { get; init; } = true;

    /// <summary>An address for metrics and health alone, where nobody logs in; null: there is none.</summary>
    public ListenPoint? Listen { get; init; }

    public MetricsDetail PerStream { get; init; } = MetricsDetail.Configured;
}
