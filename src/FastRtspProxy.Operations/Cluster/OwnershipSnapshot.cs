namespace FastRtspProxy.Operations.Cluster;

/// <summary>All that an engine knows at one moment.</summary>
/// <param name="Members">The boxes that are there.</param>
/// <param name="Owners">The owners by stream.</param>
/// <param name="Streams">The streams that the API made, encrypted, by name.</param>
/// <param name="Revision">The moment: rises with each change.</param>
internal sealed record OwnershipSnapshot(
    IReadOnlyList<ClusterMember> Members, IReadOnlyDictionary<string, OwnerRecord> Owners, IReadOnlyDictionary<string, byte[]> Streams,
    long Revision);
