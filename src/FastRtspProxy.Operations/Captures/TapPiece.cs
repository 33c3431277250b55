namespace FastRtspProxy.Operations.Captures;

/// <summary>One thing that was heard, on its way from the shard to whoever writes it.</summary>
/// <param name="Kind">What.</param>
/// <param name="IsSent">By us; of an opening: over TLS; of an end: by the camera.</param>
/// <param name="Place">Our port; of an opening: 1 through a tunnel.</param>
/// <param name="Micros">The shard's clock.</param>
/// <param name="Bytes">A copy; empty where there are none.</param>
internal readonly record struct TapPiece(TapKind Kind, bool IsSent, int Place, long Micros, byte[] Bytes);
