namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>What stands in etcd of a box.</summary>
/// <param name="Rtsp">Where it is found.</param>
/// <param name="Capacity">Its weight.</param>
internal sealed record EtcdNodeValue(string? Rtsp, int Capacity);
