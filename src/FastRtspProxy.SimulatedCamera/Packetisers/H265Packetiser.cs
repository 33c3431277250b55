namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>
/// H.265 into RTP (RFC 7798, no DON fields): single NAL unit packets, FU, and one aggregation packet for the parameter sets and SEI in front of a
/// picture.
/// </summary>
internal static class H265Packetiser
{
    private const int Ap = 48;
    private const int Fu = 49;

    /// <summary>
    /// Appends an access unit; <paramref name="sei"/>, when not empty, goes in front of the first slice. The last packet carries the marker.
    /// </summary>
    public static void Append(
        RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, bool aggregate)
    {
        int leading = 0;
        int total = 2 + (sei.IsEmpty ? 0 : 2 + sei.Length);
        while (leading < nals.Length && !SimulatorSei.IsVcl(true, bytes[nals[leading].Offset]))
        {
            total += 2 + nals[leading++].Length;
        }

        if (aggregate && leading + (sei.IsEmpty ? 0 : 1) >= 2 && total <= RtpBatch.PayloadBytesMax)
        {
            AppendAggregate(batch, payloadType, ticks, bytes, nals[..leading], sei, total);
        }
        else
        {
            foreach (NalRange nal in nals[..leading])
            {
                AppendNal(batch, payloadType, ticks, nal.In(bytes));
            }

            if (!sei.IsEmpty)
            {
                AppendNal(batch, payloadType, ticks, sei);
            }
        }

        foreach (NalRange nal in nals[leading..])
        {
            AppendNal(batch, payloadType, ticks, nal.In(bytes));
        }

        batch.MarkLast();
    }

    /// <summary>One NAL unit, whole when it fits, else as FU (RFC 7798 section 4.4.3). No marker.</summary>
    public static void AppendNal(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> nal)
    {
        if (nal.Length <= RtpBatch.PayloadBytesMax)
        {
            nal.CopyTo(batch.Append(payloadType, false, ticks, nal.Length));
            return;
        }

        byte first = (byte)((nal[0] & 0x81) | Fu << 1);
        NalPackets.AppendFragments(batch, payloadType, ticks, [first, nal[1]], (byte)((nal[0] >> 1) & 0x3F), nal[2..]);
    }

    private static void AppendAggregate(
        RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, int total)
    {
        Span<byte> payload = batch.Append(payloadType, false, ticks, total);
        payload[0] = Ap << 1;
        payload[1] = 1;
        NalPackets.Aggregate(payload[2..], bytes, nals, sei);
    }
}
