namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>AAC into RTP (RFC 3640, mode AAC-hbr: 13 bits of size, 3 of index): one access unit a packet, or fragments of one.</summary>
internal static class AacPacketiser
{
    /// <summary>Appends one raw AAC frame (no ADTS header).</summary>
    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> frame)
    {
        int frameBytes = frame.Length;
        while (!frame.IsEmpty)
        {
            // RFC 3640 section 3.2.3.1: each fragment's header tells the size of the whole access unit; the marker stands on the last.
            int take = Math.Min(frame.Length, RtpBatch.PayloadBytesMax - 4);
            Span<byte> payload = batch.Append(payloadType, take == frame.Length, ticks, take + 4);
            payload[0] = 0;
            payload[1] = 16;
            payload[2] = (byte)(frameBytes >> 5);
            payload[3] = (byte)(frameBytes << 3);
            frame[..take].CopyTo(payload[4..]);
            frame = frame[take..];
        }
    }
}
