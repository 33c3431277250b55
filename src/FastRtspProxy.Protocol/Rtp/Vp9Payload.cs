namespace FastRtspProxy.Protocol.Rtp;

/// <summary>VP9 in RTP (RFC 9628). Descriptor: I P L F B E V Z; a picture id behind I, layers behind L, a scalability structure behind V.</summary>
internal static class Vp9Payload
{
    private const int IsPictureId = 0x80;
    private const int IsInterPredicted = 0x40;
    private const int HasLayers = 0x20;
    private const int IsFlexible = 0x10;
    private const int BeginsFrame = 0x08;
    private const int HasStructure = 0x02;

    /// <summary>A picture can be joined at the start of its lowest spatial layer, where that needs no picture before it (P = 0).</summary>
    public static AccessUnitHint Classify(ReadOnlySpan<byte> payload)
    {
        byte descriptor = payload[0];
        if ((descriptor & BeginsFrame) == 0)
        {
            return AccessUnitHint.None;
        }

        int at = 1;
        if ((descriptor & IsPictureId) != 0)
        {
            at += payload.Length > at && (payload[at] & 0x80) != 0 ? 2 : 1;
        }

        if ((descriptor & HasLayers) != 0)
        {
            // TID U SID D; a layer above the lowest belongs to a picture that began before.
            if (payload.Length <= at || (payload[at] & 0x0e) != 0)
            {
                return AccessUnitHint.None;
            }

            at += (descriptor & IsFlexible) != 0 ? 1 : 2; // TL0PICIDX
        }

        if ((descriptor & IsInterPredicted) != 0)
        {
            return AccessUnitHint.StartsFrame;
        }

        ReadOnlySpan<byte> frame = (descriptor & HasStructure) != 0 ? BehindStructure(payload, at) : payload[int.Min(at, payload.Length)..];
        return IsKnownInterFrame(frame) ? AccessUnitHint.StartsFrame : AccessUnitHint.StartsFrame | AccessUnitHint.RandomAccess;
    }

    // RFC 9628 section 4.2.1: N_S Y G; for each spatial layer its size if Y; if G, N_G pictures, each TID U R and R differences.
    private static ReadOnlySpan<byte> BehindStructure(ReadOnlySpan<byte> payload, int at)
    {
        if (payload.Length <= at)
        {
            return default;
        }

        byte head = payload[at++];
        at += (head & 0x10) != 0 ? 4 * ((head >> 5) + 1) : 0;
        if ((head & 0x08) != 0 && payload.Length > at)
        {
            int pictures = payload[at++];
            for (int i = 0; i < pictures && payload.Length > at; i++)
            {
                at += 1 + ((payload[at] >> 2) & 3);
            }
        }

        return payload[int.Min(at, payload.Length)..];
    }

    // Quirk (FFmpeg's RTP muxer): P is never set. The frame's own header tells: marker 10, two bits of profile (a third, 0, in profile 3),
    // show_existing_frame, then frame_type, which is 1 for all but key frames (VP9 bitstream specification, section 6.2). Where that cannot be read,
    // the descriptor is believed.
    private static bool IsKnownInterFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame[0] >> 6 != 2)
        {
            return false;
        }

        bool isLongProfile = (frame[0] & 0x30) == 0x30;
        int rest = isLongProfile ? frame[0] << 1 : frame[0];
        return (rest & 0x0c) != 0; // an existing picture that is shown again is no place to start either
    }
}
