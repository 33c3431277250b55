using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>Reads Annex B byte streams (H.264 and H.265, Annex B of each).</summary>
internal static class AnnexB
{
    /// <summary>The NAL units between the start codes, trailing zeros removed.</summary>
    public static List<NalRange> NalUnits(ReadOnlySpan<byte> bytes)
    {
        List<NalRange> nals = [];
        int start = -1;
        int at = 0;
        while (true)
        {
            int found = bytes[at..].IndexOf("\0\0\u0001"u8);
            int end = found < 0 ? bytes.Length : at + found;
            if (start >= 0)
            {
                int length = bytes[start..end].TrimEnd((byte)0).Length;
                if (length > 0)
                {
                    nals.Add(new NalRange(start, length));
                }
            }

            if (found < 0)
            {
                return nals;
            }

            start = end + 3;
            at = start;
        }
    }

    /// <summary>Groups NAL units into access units (H.264 section 7.4.1.2.3, H.265 section 7.4.2.4.4); delimiters and fillers are left out.</summary>
    public static AccessUnit[] AccessUnits(bool h265, ReadOnlySpan<byte> bytes)
    {
        List<AccessUnit> units = [];
        List<NalRange> nals = [];
        bool hasVcl = false;
        foreach (NalRange nal in NalUnits(bytes))
        {
            bool vcl = SimulatorSei.IsVcl(h265, bytes[nal.Offset]);
            bool begins = vcl ? IsFirstSlice(h265, nal.In(bytes)) : !IsSuffix(h265, bytes[nal.Offset]);
            if (hasVcl && begins)
            {
                units.Add(Close(h265, bytes, nals));
                nals.Clear();
                hasVcl = false;
            }

            hasVcl |= vcl;
            if (vcl || !IsLeftOut(h265, bytes[nal.Offset]))
            {
                nals.Add(nal);
            }
        }

        if (hasVcl)
        {
            units.Add(Close(h265, bytes, nals));
        }

        return [.. units];
    }

    private static AccessUnit Close(bool h265, ReadOnlySpan<byte> bytes, List<NalRange> nals)
    {
        bool randomAccess = false;
        uint crc = 0;
        int count = 0;
        foreach (NalRange nal in nals)
        {
            if (SimulatorSei.IsVcl(h265, bytes[nal.Offset]))
            {
                crc = SimulatorSei.Crc(crc, nal.In(bytes));
                count++;
                int type = h265 ? (bytes[nal.Offset] >> 1) & 0x3F : bytes[nal.Offset] & 0x1F;
                randomAccess |= h265 ? type is >= 16 and <= 21 : type == 5;
            }
        }

        return new AccessUnit([.. nals], randomAccess, crc, count);
    }

    // first_mb_in_slice = 0 is the single bit 1 in front (H.264 section 7.3.3); first_slice_segment_in_pic_flag likewise (H.265 section 7.3.6.1).
    private static bool IsFirstSlice(bool h265, ReadOnlySpan<byte> nal)
    {
        int header = h265 ? 2 : 1;
        return nal.Length > header && (nal[header] & 0x80) != 0;
    }

    // Suffix SEI, end of sequence and end of bit stream belong to the access unit in front of them.
    private static bool IsSuffix(bool h265, byte first) => h265 ? ((first >> 1) & 0x3F) is 36 or 37 or 38 or 40 : (first & 0x1F) is 10 or 11 or 12;

    private static bool IsLeftOut(bool h265, byte first) =>
        h265 ? ((first >> 1) & 0x3F) is 35 or 36 or 37 or 38 : (first & 0x1F) is 9 or 10 or 11 or 12;
}
