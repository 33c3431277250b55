using System.Text;
using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// What stands in etcd, and under which keys: <c>/frp/CLUSTER/nodes/NODE</c>, <c>.../owners/STREAM</c>, <c>.../streams/STREAM</c>. Pure.
/// </summary>
internal sealed class EtcdKeys(string cluster)
{
    private const string Rtsp = "rtsp";
    private const string Capacity = "capacity";
    private const string Life = "life";
    private const string Node = "node";

    /// <summary>All keys of the cluster begin so.</summary>
    public string Prefix { get; } = $"/frp/{cluster}/";

    private string Nodes => Prefix + "nodes/";

    private string Owners => Prefix + "owners/";

    private string Streams => Prefix + "streams/";

    public string NodeKey(string node) => Nodes + node;

    public string OwnerKey(string stream) => Owners + stream;

    public string StreamKey(string stream) => Streams + stream;

    /// <param name="member">The box.</param>
    /// <param name="life">Of the program that says so (<see cref="PeerState.Life"/>).</param>
    public static byte[] NodeValue(ClusterMember member, string life) => Value(json =>
    {
        json.WriteString(Rtsp, member.Url);
        json.WriteNumber(Capacity, member.Capacity);
        json.WriteString(Life, life);
    });

    public static byte[] OwnerValue(string node) => Value(json => json.WriteString(Node, node));

    public bool TryNode(string key, out string node) => TryRest(key, Nodes, out node);

    public bool TryOwner(string key, out string stream) => TryRest(key, Owners, out stream);

    public bool TryStream(string key, out string stream) => TryRest(key, Streams, out stream);

    /// <summary>Null: what stands there is none of ours.</summary>
    public static ClusterMember? Member(string node, byte[] value)
    {
        using JsonDocument? json = Read(value);
        if (TextOf(json, Rtsp) is not { } url)
        {
            return null;
        }

        JsonElement weight = EtcdKeyValue.Member(json!.RootElement, Capacity);
        int capacity = weight.ValueKind == JsonValueKind.Number && weight.TryGetInt32(out int told) ? told : 1;
        return new ClusterMember(node, url.TrimEnd('/'), Math.Max(1, capacity));
    }

    /// <summary>Of the program that has made a box's key; empty: it does not say.</summary>
    public static string LifeOf(byte[] value)
    {
        using JsonDocument? json = Read(value);
        return TextOf(json, Life) ?? string.Empty;
    }

    /// <inheritdoc cref="Member"/>
    public static OwnerRecord? Owner(in EtcdKeyValue pair, long ourLease)
    {
        using JsonDocument? json = Read(pair.Value);
        return TextOf(json, Node) is { } node ? new OwnerRecord(node, pair.CreateRevision, ourLease != 0 && pair.Lease == ourLease) : null;
    }

    private static byte[] Value(Action<Utf8JsonWriter> members) => Encoding.UTF8.GetBytes(EtcdRequests.Write(members));

    private static JsonDocument? Read(byte[] value)
    {
        try
        {
            return JsonDocument.Parse(value);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonDocument? json, string name)
    {
        try
        {
            JsonElement value = json is null ? default : EtcdKeyValue.Member(json.RootElement, name);
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair
        }
    }

    private static bool TryRest(string key, string prefix, out string rest)
    {
        bool begins = key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal);
        rest = begins ? key[prefix.Length..] : string.Empty;
        return begins;
    }
}
