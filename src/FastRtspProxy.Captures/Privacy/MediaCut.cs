using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// What stays of a payload, in place: of each NAL unit the first 16 bytes, parameter sets whole, and the headers of the payload formats; of other
/// pictures the first 16 bytes; of sound and metadata the headers alone, because a few bytes of each packet of sound are still what was said. All
/// the rest is zero. Lengths stay. Pure.
/// </summary>
internal static class MediaCut
{
    /// <summary>Of a NAL unit: its header, the slice's, and nothing that could be made a picture of.</summary>
    private const int UnitBytes = 16;

    /// <summary>A parameter set is shorter; what claims to be one and is longer is cut there.</summary>
    private const int ParameterSetBytes = 512;

    private const int TransportCellBytes = 188;

    /// <param name="payload">Of one RTP packet.</param>
    /// <param name="codec">The track's; <see cref="MediaCodec.Other"/> where it is not known.</param>
    /// <param name="isVideo">The track shows pictures.</param>
    public static void Apply(Span<byte> payload, MediaCodec codec, bool isVideo)
    {
        switch (codec)
        {
            case MediaCodec.H264:
                CutH264(payload);
                break;
            case MediaCodec.H265:
                CutH265(payload);
                break;
            case MediaCodec.Mjpeg:
                CutFrom(payload, JpegHeaderBytes(payload));
                break;
            case MediaCodec.Mpeg2Ts:
                CutCells(payload);
                break;
            case MediaCodec.Aac:
                CutFrom(payload, AacHeaderBytes(payload));
                break;
            case MediaCodec.Opus:
                CutFrom(payload, 1);
                break;
            case MediaCodec.MpegAudio:
                CutFrom(payload, 8);
                break;
            default:
                CutFrom(payload, isVideo ? UnitBytes : 0);
                break;
        }
    }

    private static void CutFrom(Span<byte> payload, int kept)
    {
        if (kept < payload.Length)
        {
            payload[kept..].Clear();
        }
    }

    /// <summary>RFC 6184.</summary>
    private static void CutH264(Span<byte> payload)
    {
        if (payload.Length < 2)
        {
            return;
        }

        int type = payload[0] & 0x1F;
        switch (type)
        {
            case 24: // STAP-A: header, then a length before each unit
                CutUnits(payload[1..], isH265: false);
                break;
            case 28: // FU-A: the unit's header is rebuilt of the first two bytes
                CutFragment(payload, 2, payload[1] & 0x1F, isH265: false);
                break;
            case 25 or 26 or 27 or 29: // with decoding order numbers: nobody sends them
                CutFrom(payload, 3);
                break;
            default:
                CutByteStream(payload, isH265: false);
                break;
        }
    }

    /// <summary>RFC 7798.</summary>
    private static void CutH265(Span<byte> payload)
    {
        if (payload.Length < 3)
        {
            return;
        }

        int type = (payload[0] >> 1) & 0x3F;
        switch (type)
        {
            case 48:
                CutUnits(payload[2..], isH265: true);
                break;
            case 49:
                CutFragment(payload, 3, payload[2] & 0x3F, isH265: true);
                break;
            default:
                CutByteStream(payload, isH265: true);
                break;
        }
    }

    private static void CutUnits(Span<byte> units, bool isH265)
    {
        while (units.Length > 2)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(units), units.Length - 2);
            Span<byte> unit = units.Slice(2, length);
            CutByteStream(unit, isH265);
            units = units[(2 + length)..];
        }

        units.Clear();
    }

    /// <summary>Of the first fragment as much stays as of a unit, of a further one the headers: no parameter set needs any.</summary>
    /// <param name="payload">Cut in place.</param>
    /// <param name="headerBytes">What stands in front of the unit's own bytes.</param>
    /// <param name="type">Of the unit.</param>
    /// <param name="isH265">Which units they are.</param>
    private static void CutFragment(Span<byte> payload, int headerBytes, int type, bool isH265)
    {
        if ((payload[headerBytes - 1] & 0x80) == 0)
        {
            CutFrom(payload, headerBytes);
            return;
        }

        bool isSet = isH265 ? NalUnits.IsH265ParameterSet(type) : NalUnits.IsH264ParameterSet(type);
        bool isPicture = isH265 ? NalUnits.IsH265Picture(type) : NalUnits.IsH264Picture(type);
        CutByteStream(payload[headerBytes..], (isSet ? ParameterSetBytes : 1 + UnitBytes) - headerBytes, isPicture, isH265);
    }

    private static void CutByteStream(Span<byte> units, bool isH265)
    {
        bool isPicture = NalUnits.IsPicture(units, isH265) && !units.StartsWith("\0\0"u8); // the beginning of a start code, and no header
        CutByteStream(units, KeptOf(units, isH265), isPicture, isH265);
    }

    /// <summary>
    /// A unit, or several. Quirk (V380, and encoders that fragment a key frame's byte stream as if it were one unit): start codes in a packet, which
    /// no unit has within, so that what stands behind a parameter set may be a picture. Behind a picture nothing stays.
    /// </summary>
    /// <param name="units">Cut in place.</param>
    /// <param name="kept">Of the first one.</param>
    /// <param name="isPicture">The first one is a part of a picture.</param>
    /// <param name="isH265">Which units they are.</param>
    private static void CutByteStream(Span<byte> units, int kept, bool isPicture, bool isH265)
    {
        while (!isPicture && units.IndexOf("\0\0\u0001"u8) is >= 0 and int end)
        {
            CutFrom(units[..end], kept);
            units = units[(end + 3)..];
            kept = KeptOf(units, isH265);
            isPicture = NalUnits.IsPicture(units, isH265);
        }

        CutFrom(units, kept);
    }

    private static int KeptOf(ReadOnlySpan<byte> unit, bool isH265) => NalUnits.IsParameterSet(unit, isH265) ? ParameterSetBytes : UnitBytes;

    /// <summary>RFC 2435: the main header, that of restart intervals, and the tables, which the first packet of a picture has.</summary>
    private static int JpegHeaderBytes(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8)
        {
            return 0;
        }

        int bytes = 8;
        bytes += payload[4] is >= 64 and < 128 ? 4 : 0;
        bool isFirst = (payload[1] | payload[2] | payload[3]) == 0;
        return isFirst && payload[5] >= 128 && payload.Length >= bytes + 4
            ? bytes + 4 + Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(payload[(bytes + 2)..]), 256)
            : bytes;
    }

    /// <summary>RFC 3640: the length of the AU headers in bits, then they.</summary>
    private static int AacHeaderBytes(ReadOnlySpan<byte> payload) => payload.Length < 2
        ? 0
        : 2 + Math.Min((BinaryPrimitives.ReadUInt16BigEndian(payload) + 7) / 8, 64);

    /// <summary>Tables of programmes (PID 0 and what begins a section) are read by players; of a picture the first bytes are enough.</summary>
    private static void CutCells(Span<byte> payload)
    {
        for (; payload.Length >= TransportCellBytes; payload = payload[TransportCellBytes..])
        {
            Span<byte> cell = payload[..TransportCellBytes];
            bool isTable = (cell[1] & 0x1F) == 0 && cell[2] == 0;
            bool isSection = (cell[1] & 0x40) != 0 && (cell[3] & 0x30) == 0x10 && cell[4] == 0 && cell[5] == 2;
            CutFrom(cell, isTable || isSection ? 64 : UnitBytes);
        }

        payload.Clear();
    }
}
