using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// The RTP packets of one unit (an access unit, an audio frame) in sending order, in one dense buffer. Each packet lies behind four bytes for its
/// interleaved header, so that a TCP session sends the whole batch with one call and a UDP session sends slices of it. Sequence number, SSRC and time
/// stamp are each session's own: it patches them in place before it sends. Reused for every unit; grows and never shrinks.
/// </summary>
internal sealed class RtpBatch
{
    /// <summary>
    /// The largest payload that our packetisers make: with 12 bytes of RTP, 8 of UDP and 40 of IPv6 it stays under an Ethernet frame with room for a
    /// tunnel.
    /// </summary>
    public const int PayloadBytesMax = 1400;

    private byte[] _bytes = new byte[16 * 1024];
    private int[] _offsets = new int[32];
    private byte[] _scratch = [];
    private int _used;

    /// <summary>Packets in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Sum of the payloads, as an RTCP sender report counts octets.</summary>
    public int PayloadBytes { get; private set; }

    /// <summary>The whole batch with its interleaved headers, contiguous.</summary>
    public Span<byte> Framed => _bytes.AsSpan(0, _used);

    public void Clear()
    {
        Count = 0;
        PayloadBytes = 0;
        _used = 0;
    }

    /// <summary>Appends a packet and returns its payload for the packetiser to fill. The span is valid until the next call.</summary>
    public Span<byte> Append(byte payloadType, bool marker, uint timestampTicks, int payloadBytes)
    {
        int packetBytes = RtpPacketView.FixedHeaderBytes + payloadBytes;
        Reserve(InterleavedFrame.HeaderBytes + packetBytes);
        if (Count == _offsets.Length)
        {
            Array.Resize(ref _offsets, 2 * Count);
        }

        _offsets[Count++] = _used;
        Span<byte> at = _bytes.AsSpan(_used, InterleavedFrame.HeaderBytes + packetBytes);
        InterleavedFrame.Write(at, 0, packetBytes);
        Span<byte> packet = at[InterleavedFrame.HeaderBytes..];
        packet[0] = 0x80;
        packet[1] = (byte)(payloadType | (marker ? 0x80 : 0));
        RtpPatch.SetSequenceNumber(packet, 0);
        RtpPatch.SetTimestamp(packet, timestampTicks);
        RtpPatch.SetSsrc(packet, 0);
        _used += InterleavedFrame.HeaderBytes + packetBytes;
        PayloadBytes += payloadBytes;
        return packet[RtpPacketView.FixedHeaderBytes..];
    }

    /// <summary>Marks the newest packet as the last of its unit.</summary>
    public void MarkLast() => _bytes[_offsets[Count - 1] + InterleavedFrame.HeaderBytes + 1] |= 0x80;

    /// <summary>Takes the marker back: more packets of the unit follow.</summary>
    public void UnmarkLast() => _bytes[_offsets[Count - 1] + InterleavedFrame.HeaderBytes + 1] &= 0x7F;

    /// <summary>A packet without its interleaved header. Valid until the next <see cref="Append"/>.</summary>
    public Span<byte> Packet(int index) => Frame(index)[InterleavedFrame.HeaderBytes..];

    /// <summary>Where a packet's interleaved header begins in <see cref="Framed"/>.</summary>
    public int FrameOffset(int index) => _offsets[index];

    /// <summary>A packet with its interleaved header. Valid until the next <see cref="Append"/>.</summary>
    public Span<byte> Frame(int index)
    {
        int end = index + 1 < Count ? _offsets[index + 1] : _used;
        return _bytes.AsSpan(_offsets[index], end - _offsets[index]);
    }

    /// <summary>
    /// Work space for a track that has to make its unit before it can be cut into packets; its contents do not survive the next call.
    /// </summary>
    public Span<byte> Scratch(int bytes)
    {
        if (_scratch.Length < bytes)
        {
            _scratch = new byte[Math.Max(bytes, 2 * _scratch.Length)];
        }

        return _scratch.AsSpan(0, bytes);
    }

    private void Reserve(int bytes)
    {
        if (_used + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_used + bytes, 2 * _bytes.Length));
        }
    }
}
