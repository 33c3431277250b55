namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>What RFC 6184 (H.264) and RFC 7798 (H.265) do alike: fragments behind a header, and NAL units behind their lengths.</summary>
internal static class NalPackets
{
    private const byte First = 0x80;
    private const byte Last = 0x40;

    /// <summary>A NAL unit in fragments: each has the payload header, a byte of type and first or last, and a piece. No marker.</summary>
    public static void AppendFragments(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> header, byte type, ReadOnlySpan<byte> rest)
    {
        int headBytes = header.Length + 1;
        byte first = First;
        while (rest.Length > 0)
        {
            int take = Math.Min(rest.Length, RtpBatch.PayloadBytesMax - headBytes);
            Span<byte> payload = batch.Append(payloadType, false, ticks, take + headBytes);
            header.CopyTo(payload);
            payload[header.Length] = (byte)(type | first | (take == rest.Length ? Last : 0));
            rest[..take].CopyTo(payload[headBytes..]);
            rest = rest[take..];
            first = 0;
        }
    }

    /// <summary>
    /// Fills an aggregation packet behind its header: each unit with its length in 16 bits, <paramref name="sei"/> last when not empty.
    /// </summary>
    public static void Aggregate(Span<byte> output, ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals, ReadOnlySpan<byte> sei)
    {
        foreach (NalRange nal in nals)
        {
            output = Put(output, nal.In(bytes));
        }

        if (!sei.IsEmpty)
        {
            Put(output, sei);
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
