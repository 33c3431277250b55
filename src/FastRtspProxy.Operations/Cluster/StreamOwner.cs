using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>Who owns a stream, for those who ask.</summary>
/// <param name="Now">What holds.</param>
/// <param name="Takeover">How it came from another box to its owner; null: that box was the first, as far as is known here.</param>
internal sealed record StreamOwner(CameraOwnership Now, LastTakeover? Takeover);
