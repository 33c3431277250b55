namespace FastRtspProxy.Engine.Relay;

/// <summary>A full slab of a ring: one past its last packet, and when that came.</summary>
internal readonly record struct KeptSlab(Slab Slab, long EndSequence, long LastMicros);
