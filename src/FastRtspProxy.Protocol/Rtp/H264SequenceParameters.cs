namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// The sequence parameter set of H.264 (ITU-T H.264 section 7.3.2.1.1 and annex E), as far as it says how large pictures are, how
/// often they come, and in which order.
/// </summary>
internal static class H264SequenceParameters
{
    private const int NalType = 7;

    /// <summary>aspect_ratio_idc of a ratio that follows in numbers.</summary>
    private const uint ExtendedRatio = 255;

    /// <summary>The Baseline profile has no B slices (annex A.2.1).</summary>
    private const byte Baseline = 66;

    /// <summary>constraint_set3_flag of the High profiles: nothing but pictures within themselves, which come in order (annex E.2.1).</summary>
    private const byte IntraFlag = 0x10;

    /// <summary>pic_order_cnt_type whose pictures are shown in the order in which they come (section 8.2.1.3).</summary>
    private const uint OrderAsSent = 2;

    /// <summary>max_num_reorder_frames; more than a decoder holds is nonsense.</summary>
    private const uint ReorderedMax = 16;

    /// <inheritdoc cref="VideoFormat.TryRead"/>
    public static bool TryRead(ReadOnlySpan<byte> unit, out VideoFormat format)
    {
        format = default;
        if (unit.Length < 4 || (unit[0] & 0x1F) != NalType)
        {
            return false;
        }

        RawBits bits = new(unit[4..]);
        _ = bits.Golomb(); // seq_parameter_set_id
        uint chroma = 1;
        bool isSeparate = false;
        if (unit[1] is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135)
        {
            chroma = ReadHighProfile(ref bits, out isSeparate);
        }

        uint orderType = ReadOrder(ref bits);
        _ = bits.Golomb(); // max_num_ref_frames
        bits.Skip(1);
        long width = (bits.Golomb() + 1L) * 16;
        long mapUnits = bits.Golomb() + 1L;
        bool isFrameOnly = bits.Flag();
        if (!isFrameOnly)
        {
            bits.Skip(1);
        }

        bits.Skip(1); // direct_8x8_inference_flag
        long fields = isFrameOnly ? 1 : 2;
        long height = mapUnits * 16 * fields;
        if (bits.Flag())
        {
            uint sampled = isSeparate ? 0 : chroma;
            long unitX = sampled is 1 or 2 ? 2 : 1;
            long unitY = (sampled == 1 ? 2 : 1) * fields;
            width -= (bits.Golomb() + (long)bits.Golomb()) * unitX;
            height -= (bits.Golomb() + (long)bits.Golomb()) * unitY;
        }

        bool hasUsability = bits.Flag();
        if (bits.IsOver)
        {
            return false;
        }

        bool? isReordered = null;
        double rate = hasUsability ? ReadUsability(ref bits, out isReordered) : 0;
        bool isIntra = unit[1] is 44 or 86 or 100 or 110 or 122 or 244 && (unit[2] & IntraFlag) != 0;
        if (unit[1] == Baseline || isIntra || orderType == OrderAsSent)
        {
            isReordered = false;
        }

        return VideoFormat.TryMake(width, height, rate, isReordered, out format);
    }

    private static uint ReadHighProfile(ref RawBits bits, out bool isSeparate)
    {
        uint chroma = bits.Golomb();
        isSeparate = chroma == 3 && bits.Flag();
        _ = bits.Golomb(); // bit_depth_luma_minus8
        _ = bits.Golomb(); // bit_depth_chroma_minus8
        bits.Skip(1);
        if (bits.Flag())
        {
            int lists = chroma == 3 ? 12 : 8;
            for (int i = 0; i < lists && !bits.IsOver; i++)
            {
                if (bits.Flag())
                {
                    SkipScaling(ref bits, i < 6 ? 16 : 64);
                }
            }
        }

        return chroma;
    }

    private static void SkipScaling(ref RawBits bits, int size)
    {
        long last = 8;
        long next = 8;
        for (int i = 0; i < size && !bits.IsOver; i++)
        {
            if (next != 0)
            {
                next = (last + bits.SignedGolomb() + 256) & 0xFF;
            }

            last = next == 0 ? last : next;
        }
    }

    /// <summary>How the order of pictures is counted: pic_order_cnt_type.</summary>
    private static uint ReadOrder(ref RawBits bits)
    {
        _ = bits.Golomb(); // log2_max_frame_num_minus4
        uint type = bits.Golomb();
        switch (type)
        {
            case 0:
                _ = bits.Golomb();
                break;
            case 1:
                bits.Skip(1);
                _ = bits.SignedGolomb();
                _ = bits.SignedGolomb();
                uint cycle = Math.Min(bits.Golomb(), 255);
                for (uint i = 0; i < cycle && !bits.IsOver; i++)
                {
                    _ = bits.SignedGolomb();
                }

                break;
        }

        return type;
    }

    /// <summary>
    /// The video usability information (annex E.1.1): frames a second, of two ticks each (0: it says nothing), and whether frames are put in another
    /// order (null: it leaves that open).
    /// </summary>
    private static double ReadUsability(ref RawBits bits, out bool? isReordered)
    {
        SkipToTiming(ref bits, ExtendedRatio);
        double rate = 0;
        if (bits.Flag())
        {
            uint unitsInTick = bits.Bits(32);
            uint timeScale = bits.Bits(32);
            bits.Skip(1); // fixed_frame_rate_flag
            rate = bits.IsOver || unitsInTick == 0 ? 0 : timeScale / (2.0 * unitsInTick);
        }

        isReordered = ReadReordered(ref bits);
        return rate;
    }

    private static bool? ReadReordered(ref RawBits bits)
    {
        bool hasBuffer = SkipBuffer(ref bits); // of all NAL units
        hasBuffer |= SkipBuffer(ref bits); // of slices only
        bits.Skip(hasBuffer ? 2 : 1); // low_delay_hrd_flag, pic_struct_present_flag
        if (!bits.Flag())
        {
            return null;
        }

        bits.Skip(1);
        for (int i = 0; i < 4; i++)
        {
            _ = bits.Golomb(); // sizes of pictures, macroblocks and motion vectors
        }

        uint reordered = bits.Golomb();
        return bits.IsOver || reordered > ReorderedMax ? null : reordered > 0;
    }

    /// <summary>The parameters of the hypothetical decoder's buffer (annex E.1.2), where there are any.</summary>
    private static bool SkipBuffer(ref RawBits bits)
    {
        if (!bits.Flag())
        {
            return false;
        }

        uint schedules = bits.Golomb();
        bits.Skip(8);
        for (uint i = 0; i <= schedules && !bits.IsOver; i++)
        {
            _ = bits.Golomb();
            _ = bits.Golomb();
            bits.Skip(1);
        }

        bits.Skip(20);
        return true;
    }

    /// <summary>What both codecs have before it: ratio, overscan, signal, chroma's place.</summary>
    internal static void SkipToTiming(ref RawBits bits, uint extendedRatio)
    {
        if (bits.Flag() && bits.Bits(8) == extendedRatio)
        {
            bits.Skip(32);
        }

        if (bits.Flag())
        {
            bits.Skip(1);
        }

        if (bits.Flag())
        {
            bits.Skip(4);
            if (bits.Flag())
            {
                bits.Skip(24);
            }
        }

        if (bits.Flag())
        {
            _ = bits.Golomb();
            _ = bits.Golomb();
        }
    }
}
