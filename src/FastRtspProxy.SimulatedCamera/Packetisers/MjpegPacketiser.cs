using System.Buffers.Binary;

namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>JPEG scans into RTP (RFC 2435): type 1 (4:2:0), standard Huffman tables, quantisation tables from Q.</summary>
internal static class MjpegPacketiser
{
    private const int HeaderBytes = 8;
    private const byte Type420 = 1;

    /// <summary>Appends one picture: the entropy-coded scan without its EOI marker. Width and height are multiples of 8 up to 2040.</summary>
    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> scan, byte q, int widthPixels, int heightPixels)
    {
        int offset = 0;
        while (offset < scan.Length)
        {
            int take = Math.Min(scan.Length - offset, RtpBatch.PayloadBytesMax - HeaderBytes);
            Span<byte> payload = batch.Append(payloadType, offset + take == scan.Length, ticks, take + HeaderBytes);
            BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)offset); // type-specific byte 0, then 24 bits of fragment offset
            payload[4] = Type420;
            payload[5] = q;
            payload[6] = (byte)(widthPixels / 8);
            payload[7] = (byte)(heightPixels / 8);
            scan.Slice(offset, take).CopyTo(payload[HeaderBytes..]);
            offset += take;
        }
    }
}
