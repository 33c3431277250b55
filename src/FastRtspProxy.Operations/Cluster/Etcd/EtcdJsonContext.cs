using System.Text.Json.Serialization;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>Values in etcd, read and written without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EtcdNodeValue))]
[JsonSerializable(typeof(EtcdOwnerValue))]
internal sealed partial class EtcdJsonContext : JsonSerializerContext;
