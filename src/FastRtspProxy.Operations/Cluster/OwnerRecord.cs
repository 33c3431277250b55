namespace FastRtspProxy.Operations.Cluster;

/// <summary>Who owns a stream, as the engine has it.</summary>
/// <param name="Node">The box.</param>
/// <param name="Epoch">Rises from one owner of a stream to the next.</param>
/// <param name="IsOurs">This box, in this life of it: what an earlier one had is not ours.</param>
internal readonly record struct OwnerRecord(string Node, long Epoch, bool IsOurs);
