namespace FastRtspProxy.Engine.Camera.Packetisers;

/// <summary>H.265 into RTP (RFC 7798, no DON fields): single NAL unit packets, FU, and one aggregation packet for the parameter sets and SEI in front of a picture.</summary>
internal static class H265Packetiser
{
    private const int Ap = 48;
    private const int Fu = 49;

    /// <summary>Appends an access unit; <paramref name="sei"/>, when not empty, goes in front of the first slice. The last packet carries the marker.</summary>
    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, bool aggregate)
    {
        int leading = 0;
        int total = 2 + (sei.IsEmpty ? 0 : 2 + sei.Length);
        while (leading < nals.Length && !SimulatorSei.IsVcl(true, bytes[nals[leading].Offset]))
        {
            total += 2 + nals[leading++].Length;
        }

        if (aggregate && leading + (sei.IsEmpty ? 0 : 1) >= 2 && total <= RtpBatch.MaxPayloadBytes)
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
        if (nal.Length <= RtpBatch.MaxPayloadBytes)
        {
            nal.CopyTo(batch.Append(payloadType, false, ticks, nal.Length));
            return;
        }

        byte type = (byte)((nal[0] >> 1) & 0x3F);
        byte start = 0x80;
        byte first = (byte)((nal[0] & 0x81) | Fu << 1);
        byte second = nal[1];
        ReadOnlySpan<byte> rest = nal[2..];
        while (rest.Length > 0)
        {
            int take = Math.Min(rest.Length, RtpBatch.MaxPayloadBytes - 3);
            Span<byte> payload = batch.Append(payloadType, false, ticks, take + 3);
            payload[0] = first;
            payload[1] = second;
            payload[2] = (byte)(type | start | (take == rest.Length ? 0x40 : 0));
            rest[..take].CopyTo(payload[3..]);
            rest = rest[take..];
            start = 0;
        }
    }

    private static void AppendAggregate(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei, int total)
    {
        Span<byte> payload = batch.Append(payloadType, false, ticks, total);
        payload[0] = Ap << 1;
        payload[1] = 1;
        payload = payload[2..];
        foreach (NalRange nal in nals)
        {
            payload = Put(payload, nal.In(bytes));
        }

        if (!sei.IsEmpty)
        {
            Put(payload, sei);
        }
    }

    private static Span<byte> Put(Span<byte> output, ReadOnlySpan<byte> nal)
    {
        output[0] = (byte)(nal.Length >> 8);
        output[1] = (byte)nal.Length;
        nal.CopyTo(output[2..]);
        return output[(2 + nal.Length)..];
    }
}
