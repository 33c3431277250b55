using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>What the page tells beside the engine's; each is asked when the page is.</summary>
internal sealed record MetricsSources
{
    /// <summary>What is told of which streams.</summary>
    public Func<MetricsConfig> Config { get; init; } = static () => new MetricsConfig();

    /// <summary>Null: there is no file that could be read again.</summary>
    public Func<Reloader?> Reloads { get; init; } = static () => null;

    /// <summary>Null: there are no hooks.</summary>
    public Func<HookCounters?> Hooks { get; init; } = static () => null;

    /// <summary>Reads what is told of the cluster, and gives what writes it; null: there is none.</summary>
    public Func<Task<Action<MetricsText>>>? Cluster { get; init; }

    /// <summary>Those that viewers are shown; empty: nobody speaks TLS with them.</summary>
    public Func<IReadOnlyList<CertificateState>> Certificates { get; init; } = static () => [];
}
