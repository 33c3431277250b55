using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// One packet in the ring: where its interleaved frame (`$ channel length packet`) lies and what is known of it. Written by the producer before it is
/// published, then never again.
/// </summary>
internal unsafe struct RingEntry
{
    /// <summary>Where the bytes live.</summary>
    public Slab Slab;

    /// <summary>When the packet came in, microseconds of the shard's clock.</summary>
    public long ArrivalMicros;

    /// <summary>Bytes of frames that the ring has ever taken, this one included: differences are lags.</summary>
    public long EndBytes;

    /// <summary>Offset of the `$` in the slab.</summary>
    public int OffsetBytes;

    /// <summary>The packet's bytes, without the four of the frame header.</summary>
    public int PacketBytes;

    /// <summary>RTP timestamp on the mount's time line.</summary>
    public uint Timestamp;

    /// <summary>RTP sequence number on the mount's time line; 0 for RTCP.</summary>
    public ushort SequenceNumber;

    /// <summary>The track's index.</summary>
    public byte Track;

    /// <inheritdoc cref="EntryFlags"/>
    public EntryFlags Flags;

    /// <summary>The frame header; the packet is four bytes on.</summary>
    public readonly byte* Frame => Slab.Pointer + OffsetBytes;

    /// <summary>The RTP or RTCP packet.</summary>
    public readonly byte* Packet => Slab.Pointer + OffsetBytes + InterleavedFrame.HeaderBytes;

    /// <summary>Header and packet.</summary>
    public readonly int FrameBytes => PacketBytes + InterleavedFrame.HeaderBytes;

    /// <summary>True for RTCP.</summary>
    public readonly bool IsRtcp => (Flags & EntryFlags.Rtcp) != 0;

    /// <summary>The packet; valid inside a read scope.</summary>
    public readonly ReadOnlySpan<byte> PacketView => new(Packet, PacketBytes);
}
