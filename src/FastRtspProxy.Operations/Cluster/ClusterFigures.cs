using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Metrics;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What metrics tell of a cluster, read when the page is asked for.</summary>
internal sealed class ClusterFigures(ClusterNode node)
{
    private static readonly byte[][] s_ends = MetricsText.EndsOf(new ClusterCounters().TakeoverSeconds.BoundsMicros);

    public async Task<Action<MetricsText>> ReadAsync()
    {
        int boxes = (await node.MembersAsync()).Count;
        return text =>
        {
            One(text, MetricFamilies.ClusterNodes, boxes);
            One(text, MetricFamilies.ClusterEngineUp, node.IsEngineUp ? 1 : 0);
            One(text, MetricFamilies.ClusterLease, Math.Max(0, (long)(node.Timings.Ttl - node.SinceRenewal).TotalMicroseconds));
            One(text, MetricFamilies.ClusterOwned, node.Ownerships.Count(static pair => pair.Value.Kind == OwnershipKind.Own));
            One(text, MetricFamilies.ClusterRelayed, node.Ownerships.Count(static pair => pair.Value.Kind == OwnershipKind.Peer));
            text.Begin(MetricFamilies.ClusterTakeovers);
            text.Add(MetricFamilies.ClusterTakeovers, "result=\"taken\""u8, node.Counters.Takeovers);
            text.Add(MetricFamilies.ClusterTakeovers, "result=\"lost\""u8, node.Counters.Lost);
            text.Begin(MetricFamilies.ClusterTakeoverSeconds);
            text.Add(MetricFamilies.ClusterTakeoverSeconds, s_ends, new ReadOnlySpan<DurationHistogram>([node.Counters.TakeoverSeconds]));
            One(text, MetricFamilies.ClusterFenced, node.Counters.Fenced);
            One(text, MetricFamilies.ClusterStrangers, node.Counters.Strangers);
        };
    }

    private static void One(MetricsText text, MetricFamily family, long value)
    {
        text.Begin(family);
        text.Add(family, value);
    }
}
