namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>
/// H.264 into RTP (RFC 6184, packetization-mode 1): single NAL unit packets, FU-A, and one STAP-A for the parameter sets and SEI in front of a
/// picture.
/// </summary>
internal static class H264Packetiser
{
    private const byte StapA = 24;
    private const byte FuA = 28;

    /// <summary>
    /// Appends an access unit. <paramref name="sei"/>, when not empty, goes in front of the first slice, as H.264 section 7.4.1.2.3 demands. The last
    /// packet carries the marker.
    /// </summary>
    public static void Append(
        RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, bool aggregate)
    {
        int leading = 0;
        while (leading < nals.Length && !SimulatorSei.IsVcl(false, bytes[nals[leading].Offset]))
        {
            leading++;
        }

        AppendLeading(batch, payloadType, ticks, bytes, nals[..leading], sei, aggregate);
        foreach (NalRange nal in nals[leading..])
        {
            AppendNal(batch, payloadType, ticks, nal.In(bytes));
        }

        batch.MarkLast();
    }

    /// <summary>One NAL unit, whole when it fits, else as FU-A (RFC 6184 section 5.8). No marker.</summary>
    public static void AppendNal(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> nal)
    {
        if (nal.Length <= RtpBatch.PayloadBytesMax)
        {
            nal.CopyTo(batch.Append(payloadType, false, ticks, nal.Length));
            return;
        }

        byte indicator = (byte)((nal[0] & 0xE0) | FuA);
        NalPackets.AppendFragments(batch, payloadType, ticks, [indicator], (byte)(nal[0] & 0x1F), nal[1..]);
    }

    private static void AppendLeading(
        RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, bool aggregate)
    {
        int count = nals.Length + (sei.IsEmpty ? 0 : 1);
        int total = 1 + (sei.IsEmpty ? 0 : 2 + sei.Length);
        int importance = 0;
        foreach (NalRange nal in nals)
        {
            total += 2 + nal.Length;
            importance = Math.Max(importance, bytes[nal.Offset] & 0x60);
        }

        if (!aggregate || count < 2 || total > RtpBatch.PayloadBytesMax)
        {
            foreach (NalRange nal in nals)
            {
                AppendNal(batch, payloadType, ticks, nal.In(bytes));
            }

            if (!sei.IsEmpty)
            {
                AppendNal(batch, payloadType, ticks, sei);
            }

            return;
        }

        // RFC 6184 section 5.7.1: NRI is the highest of the aggregated NAL units.
        Span<byte> payload = batch.Append(payloadType, false, ticks, total);
        payload[0] = (byte)(StapA | importance);
        NalPackets.Aggregate(payload[1..], bytes, nals, sei);
    }
}
