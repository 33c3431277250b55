namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>
/// Bytes into RTP without a payload header: PCMU (RFC 3551 section 4.5.14), ONVIF metadata (streaming specification, "RTP packetization of
/// metadata"), opaque payloads.
/// </summary>
internal static class PlainPacketiser
{
    /// <summary>
    /// Cuts a unit into packets of one time stamp. <paramref name="markLast"/>: the last one carries the marker (metadata: end of document).
    /// </summary>
    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> unit, bool markLast)
    {
        do
        {
            int take = Math.Min(unit.Length, RtpBatch.PayloadBytesMax);
            unit[..take].CopyTo(batch.Append(payloadType, markLast && take == unit.Length, ticks, take));
            unit = unit[take..];
        }
        while (!unit.IsEmpty);
    }
}
