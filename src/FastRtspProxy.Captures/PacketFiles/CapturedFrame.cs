namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>A frame of a packet capture. The bytes are valid until the next one is read.</summary>
/// <param name="Micros">When, in microseconds since 1970; 0 where the file does not say.</param>
/// <param name="LinkType">Of tcpdump.org's list.</param>
/// <param name="Bytes">As many as were captured.</param>
/// <param name="IsCut">There were more (a snapshot length).</param>
internal readonly record struct CapturedFrame(long Micros, int LinkType, ReadOnlyMemory<byte> Bytes, bool IsCut);
