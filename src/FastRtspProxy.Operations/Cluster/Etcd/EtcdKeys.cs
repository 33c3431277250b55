using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// What stands in etcd, and under which keys: <c>/frp/CLUSTER/nodes/NODE</c>, <c>.../owners/STREAM</c>, <c>.../streams/STREAM</c>. Pure.
/// </summary>
internal sealed class EtcdKeys(string cluster)
{
    /// <summary>All keys of the cluster begin so.</summary>
    public string Prefix { get; } = $"/frp/{cluster}/";

    private string Nodes => Prefix + "nodes/";

    private string Owners => Prefix + "owners/";

    private string Streams => Prefix + "streams/";

    public string NodeKey(string node) => Nodes + node;

    public string OwnerKey(string stream) => Owners + stream;

    public string StreamKey(string stream) => Streams + stream;

    public static byte[] NodeValue(ClusterMember member) => JsonSerializer.SerializeToUtf8Bytes(
        new EtcdNodeValue(member.Url, member.Capacity), EtcdJsonContext.Default.EtcdNodeValue);

    public static byte[] OwnerValue(string node) =>
        JsonSerializer.SerializeToUtf8Bytes(new EtcdOwnerValue(node), EtcdJsonContext.Default.EtcdOwnerValue);

    public bool TryNode(string key, out string node) => TryRest(key, Nodes, out node);

    public bool TryOwner(string key, out string stream) => TryRest(key, Owners, out stream);

    public bool TryStream(string key, out string stream) => TryRest(key, Streams, out stream);

    /// <summary>Null: what stands there is none of ours.</summary>
    public static ClusterMember? Member(string node, byte[] value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, EtcdJsonContext.Default.EtcdNodeValue) is { Rtsp: { } url } read
                ? new ClusterMember(node, url.TrimEnd('/'), Math.Max(1, read.Capacity))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Member"/>
    public static OwnerRecord? Owner(in EtcdKeyValue pair, long ourLease)
    {
        try
        {
            return JsonSerializer.Deserialize(pair.Value, EtcdJsonContext.Default.EtcdOwnerValue) is { Node: { } node }
                ? new OwnerRecord(node, pair.CreateRevision, ourLease != 0 && pair.Lease == ourLease)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryRest(string key, string prefix, out string rest)
    {
        bool begins = key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal);
        rest = begins ? key[prefix.Length..] : string.Empty;
        return begins;
    }
}
