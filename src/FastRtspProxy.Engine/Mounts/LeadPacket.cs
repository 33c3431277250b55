namespace FastRtspProxy.Engine.Mounts;

/// <summary>A packet that leads a random access point, as it came.</summary>
/// <param name="Track">Its track's index.</param>
/// <param name="Source">The stream that it belongs to.</param>
/// <param name="Bytes">The whole packet.</param>
/// <param name="ArrivalMicros">On the shard's clock.</param>
internal readonly record struct LeadPacket(int Track, uint Source, byte[] Bytes, long ArrivalMicros);
