namespace FastRtspProxy.Operations.Cluster;

/// <summary>A box that is there.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Url">Where it is found, without a slash at the end.</param>
/// <param name="Capacity">Its weight beside the others.</param>
internal sealed record ClusterMember(string Node, string Url, int Capacity);
