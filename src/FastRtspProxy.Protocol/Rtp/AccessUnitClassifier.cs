using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// Tells from the first bytes of a packet whether a decoder can start there. Allocates nothing, believes no length. What one packet alone cannot
/// tell: transport streams (<see cref="TransportStreamScanner"/>).
/// </summary>
public static class AccessUnitClassifier
{
    /// <summary>An aggregation packet with more units than this is looked at no further; parameter sets come first in practice.</summary>
    private const int AggregatedUnitsMax = 16;

    public static AccessUnitHint Classify(MediaCodec codec, in RtpPacketView packet)
    {
        AccessUnitHint end = packet.Marker ? AccessUnitHint.EndsFrame : AccessUnitHint.None;
        ReadOnlySpan<byte> payload = packet.Payload;
        if (payload.IsEmpty)
        {
            return end;
        }

        return end | codec switch
        {
            MediaCodec.H264 => H264(payload),
            MediaCodec.H265 => H265(payload),
            MediaCodec.Vp8 => Vp8(payload),
            MediaCodec.Vp9 => Vp9Payload.Classify(payload),
            MediaCodec.Av1 => Av1Payload.Classify(payload),
            MediaCodec.Mpeg4Video => Mpeg4VideoPayload.Classify(payload),
            MediaCodec.MpegVideo => MpegVideoPayload.Classify(payload),
            MediaCodec.Mjpeg => Mjpeg(payload),
            MediaCodec.Jpeg2000 => Jpeg2000(payload),
            _ => AccessUnitHint.StartsFrame,
        };
    }

    // RFC 6184 section 5.2: 1-23 one NAL unit, 24/25 STAP-A/B, 26/27 MTAP16/24, 28/29 FU-A/B.
    private static AccessUnitHint H264(ReadOnlySpan<byte> payload)
    {
        payload = StartCodes.Without(payload);
        if (payload.IsEmpty)
        {
            return AccessUnitHint.None;
        }

        switch (payload[0] & 0x1f)
        {
            case 24:
                return H264Aggregate(payload[1..], 0);
            case 25:
                return H264Aggregate(SkipOrEmpty(payload, 3), 0); // decoding order number behind the STAP-B header
            case 26:
                return H264Aggregate(SkipOrEmpty(payload, 3), 3); // each unit: size, then DOND and a 16-bit time offset
            case 27:
                return H264Aggregate(SkipOrEmpty(payload, 3), 4);
            case 28 or 29 when payload.Length >= 2:
                bool first = (payload[1] & 0x80) != 0;
                int unitBytes = (payload[0] & 0x1f) == 28 ? 2 : 4;
                return first ? H264Unit(payload[1] & 0x1f, SkipOrEmpty(payload, unitBytes)) : FuContinuation((payload[1] & 0x1f) > 5);
            case >= 1 and <= 23:
                return H264Unit(payload[0] & 0x1f, payload[1..]);
            default:
                return AccessUnitHint.None;
        }
    }

    private static AccessUnitHint H264Aggregate(ReadOnlySpan<byte> units, int unitHeaderBytes)
    {
        AccessUnitHint all = AccessUnitHint.None;
        bool isNonVcl = true;
        for (int i = 0; i < AggregatedUnitsMax && units.Length > 2; i++)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            ReadOnlySpan<byte> unit = units.Slice(2, int.Min(size, units.Length - 2));
            units = units[(2 + unit.Length)..];
            unit = unit.Length <= unitHeaderBytes ? default : StartCodes.Without(unit[unitHeaderBytes..]);
            if (unit.IsEmpty)
            {
                break;
            }

            AccessUnitHint one = H264Unit(unit[0] & 0x1f, unit[1..]);
            isNonVcl &= (one & AccessUnitHint.NonVcl) != 0;
            all |= one;
        }

        return isNonVcl ? all : all & ~AccessUnitHint.NonVcl;
    }

    // Quirk (V380, and encoders that fragment a key frame's byte stream as if it were one unit): start codes in a packet. No unit has one within
    // (H.264 section 7.4.1), so what stands behind one is another unit. A unit of a fragment that begins with a start code itself has type 0.
    private static AccessUnitHint H264Unit(int type, ReadOnlySpan<byte> body)
    {
        AccessUnitHint all = AccessUnitHint.NonVcl;
        for (int i = 0; i < AggregatedUnitsMax; i++)
        {
            if (type is (>= 1 and <= 5) or 20 or 21)
            {
                return (all & ~AccessUnitHint.NonVcl) | H264Slice(type, body);
            }

            bool hasNext = StartCodes.TryCut(body, out ReadOnlySpan<byte> own, out ReadOnlySpan<byte> next);
            all |= H264NonVcl(type, own);
            if (!hasNext || next.IsEmpty)
            {
                break;
            }

            type = next[0] & 0x1f;
            body = next[1..];
        }

        return all;
    }

    // first_mb_in_slice is ue(v): a leading 1 bit means 0, the first slice of a picture.
    private static AccessUnitHint H264Slice(int type, ReadOnlySpan<byte> body) => type switch
    {
        5 => IdrSlice(body),
        20 or 21 => AccessUnitHint.None,
        _ => FirstSlice(body),
    };

    private static AccessUnitHint H264NonVcl(int type, ReadOnlySpan<byte> body) => type switch
    {
        6 when StartsWithRecoveryPoint(body) => AccessUnitHint.RandomAccess,
        7 or 8 or 13 or 15 => AccessUnitHint.ParameterSets,
        _ => AccessUnitHint.None,
    };

    // Only the first slice of the picture is a place to start: a join at the second one misses the top of the picture until the next IDR.
    private static AccessUnitHint IdrSlice(ReadOnlySpan<byte> body)
    {
        AccessUnitHint first = FirstSlice(body);
        return first == AccessUnitHint.None ? first : first | AccessUnitHint.RandomAccess;
    }

    private static AccessUnitHint FirstSlice(ReadOnlySpan<byte> body) =>
        !body.IsEmpty && (body[0] & 0x80) != 0 ? AccessUnitHint.StartsFrame : AccessUnitHint.None;

    private static AccessUnitHint FuContinuation(bool isNonVcl) => isNonVcl ? AccessUnitHint.NonVcl : AccessUnitHint.None;

    // sei_message(): payload type and size, each 0xFF bytes and a rest (H.264 section 7.3.2.3.1). Type 6 is where intra-refresh streams can be
    // joined; a recovery_frame_cnt above 0 means that the picture is right some frames later, and is still a place to start.
    private static bool StartsWithRecoveryPoint(ReadOnlySpan<byte> sei)
    {
        for (int messages = 0; messages < 8; messages++)
        {
            if (!TryTakeSeiNumber(ref sei, out int type) || !TryTakeSeiNumber(ref sei, out int size))
            {
                return false;
            }

            if (type == 6)
            {
                return true;
            }

            if (size >= sei.Length)
            {
                return false;
            }

            sei = sei[size..];
        }

        return false;
    }

    private static bool TryTakeSeiNumber(ref ReadOnlySpan<byte> sei, out int number)
    {
        number = 0;
        for (int i = 0; i < sei.Length && i < 64; i++)
        {
            number += sei[i];
            if (sei[i] != 0xff)
            {
                sei = sei[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    // RFC 7798 section 4.4: two-byte header, type in bits 1-6 of the first; 48 AP, 49 FU, 50 PACI.
    private static AccessUnitHint H265(ReadOnlySpan<byte> payload)
    {
        payload = StartCodes.Without(payload);
        if (payload.Length < 3)
        {
            return AccessUnitHint.None;
        }

        int type = (payload[0] >> 1) & 0x3f;
        switch (type)
        {
            case 48:
                return H265Aggregate(payload[2..]);
            case 49:
                bool first = (payload[2] & 0x80) != 0;
                int inner = payload[2] & 0x3f;
                return first ? H265Unit(inner, payload[3..]) : FuContinuation(inner >= 32);
            case 50:
                return H265Unit((payload[2] >> 1) & 0x3f, default); // cType of the PACI header
            default:
                return H265Unit(type, payload[2..]);
        }
    }

    // DONL fields (sprop-max-don-diff above 0) are not told apart: no camera is known to send them.
    private static AccessUnitHint H265Aggregate(ReadOnlySpan<byte> units)
    {
        AccessUnitHint all = AccessUnitHint.None;
        bool isNonVcl = true;
        for (int i = 0; i < AggregatedUnitsMax && units.Length > 4; i++)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            ReadOnlySpan<byte> unit = units.Slice(2, int.Min(size, units.Length - 2));
            units = units[(2 + unit.Length)..];
            unit = StartCodes.Without(unit);
            if (unit.Length < 2)
            {
                break;
            }

            AccessUnitHint one = H265Unit((unit[0] >> 1) & 0x3f, unit[2..]);
            isNonVcl &= (one & AccessUnitHint.NonVcl) != 0;
            all |= one;
        }

        return isNonVcl ? all : all & ~AccessUnitHint.NonVcl;
    }

    // Start codes in a packet: as for H.264 (H.265 section 7.4.2).
    private static AccessUnitHint H265Unit(int type, ReadOnlySpan<byte> body)
    {
        AccessUnitHint all = AccessUnitHint.NonVcl;
        for (int i = 0; i < AggregatedUnitsMax; i++)
        {
            if (type < 32)
            {
                // first_slice_segment_in_pic_flag is the first bit.
                return (all & ~AccessUnitHint.NonVcl) | (type is >= 16 and <= 21 ? IdrSlice(body) : FirstSlice(body));
            }

            bool hasNext = StartCodes.TryCut(body, out ReadOnlySpan<byte> own, out ReadOnlySpan<byte> next);
            all |= H265NonVcl(type, own);
            if (!hasNext || next.Length < 2)
            {
                break;
            }

            type = (next[0] >> 1) & 0x3f;
            body = next[2..];
        }

        return all;
    }

    private static AccessUnitHint H265NonVcl(int type, ReadOnlySpan<byte> body) => type switch
    {
        32 or 33 or 34 => AccessUnitHint.ParameterSets,
        39 when StartsWithRecoveryPoint(body) => AccessUnitHint.RandomAccess,
        _ => AccessUnitHint.None,
    };

    // RFC 7741 section 4.2: X R N S R PID; the frame begins with S set and PID 0. Section 4.3: the P bit of the first byte is 0 in a key frame.
    private static AccessUnitHint Vp8(ReadOnlySpan<byte> payload)
    {
        if ((payload[0] & 0x17) != 0x10)
        {
            return AccessUnitHint.None;
        }

        int header = 1;
        if ((payload[0] & 0x80) != 0)
        {
            if (payload.Length < 2)
            {
                return AccessUnitHint.None;
            }

            byte extension = payload[1];
            header = 2;
            if ((extension & 0x80) != 0)
            {
                header += payload.Length > 2 && (payload[2] & 0x80) != 0 ? 2 : 1; // picture id, 7 or 15 bits
            }

            header += (extension & 0x40) != 0 ? 1 : 0; // TL0PICIDX
            header += (extension & 0x30) != 0 ? 1 : 0; // TID, Y, KEYIDX
        }

        if (payload.Length <= header)
        {
            return AccessUnitHint.None;
        }

        return AccessUnitHint.StartsFrame | ((payload[header] & 0x01) == 0 ? AccessUnitHint.RandomAccess : AccessUnitHint.None);
    }

    // RFC 2435 section 3.1: type-specific byte, 24-bit fragment offset. Each frame stands for itself.
    private static AccessUnitHint Mjpeg(ReadOnlySpan<byte> payload) =>
        payload.Length >= 8 && (payload[1] | payload[2] | payload[3]) == 0
            ? AccessUnitHint.StartsFrame | AccessUnitHint.RandomAccess
            : AccessUnitHint.None;

    // RFC 5371 section 4: flags, priority, tile number, reserved, 24-bit fragment offset.
    private static AccessUnitHint Jpeg2000(ReadOnlySpan<byte> payload) =>
        payload.Length >= 8 && (payload[5] | payload[6] | payload[7]) == 0
            ? AccessUnitHint.StartsFrame | AccessUnitHint.RandomAccess
            : AccessUnitHint.None;

    private static ReadOnlySpan<byte> SkipOrEmpty(ReadOnlySpan<byte> span, int bytes) => span.Length > bytes ? span[bytes..] : default;
}
