namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>What stands in etcd of a stream's owner.</summary>
/// <param name="Node">The box.</param>
internal sealed record EtcdOwnerValue(string? Node);
