namespace FastRtspProxy.TestPeers;

/// <summary>One `$` frame as it came over the wire.</summary>
internal sealed record InterleavedPacket(byte Channel, byte[] Payload)
{
    /// <summary>RTP's sequence number.</summary>
    public ushort SequenceNumber => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(Payload.AsSpan(2));

    /// <summary>RTP's timestamp.</summary>
    public uint Timestamp => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(4));
}
