namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// The sequence parameter set of H.265 (ITU-T H.265 section 7.3.2.2 and annex E), as far as it says how large pictures are, how
/// often they come, and in which order.
/// </summary>
internal static class H265SequenceParameters
{
    private const int NalType = 33;

    /// <summary>Of a profile without its level.</summary>
    private const int ProfileBits = 88;

    private const int LevelBits = 8;

    /// <summary>Sets of reference pictures; more is nonsense (section 7.4.3.2.1).</summary>
    private const uint ReferenceSetsMax = 64;

    /// <summary>Pictures in one; more is nonsense.</summary>
    private const uint ReferencesMax = 16;

    /// <inheritdoc cref="VideoFormat.TryRead"/>
    public static bool TryRead(ReadOnlySpan<byte> unit, out VideoFormat format)
    {
        format = default;
        if (unit.Length < 4 || ((unit[0] >> 1) & 0x3F) != NalType)
        {
            return false;
        }

        RawBits bits = new(unit[2..]);
        bits.Skip(4); // sps_video_parameter_set_id
        int subLayers = (int)bits.Bits(3);
        bits.Skip(1);
        SkipProfile(ref bits, subLayers);
        _ = bits.Golomb(); // sps_seq_parameter_set_id
        uint chroma = bits.Golomb();
        bool isSeparate = chroma == 3 && bits.Flag();
        long width = bits.Golomb();
        long height = bits.Golomb();
        if (bits.Flag())
        {
            uint sampled = isSeparate ? 0 : chroma;
            long unitX = sampled is 1 or 2 ? 2 : 1;
            long unitY = sampled == 1 ? 2 : 1;
            width -= (bits.Golomb() + (long)bits.Golomb()) * unitX;
            height -= (bits.Golomb() + (long)bits.Golomb()) * unitY;
        }

        if (bits.IsOver)
        {
            return false;
        }

        uint orderBits = ReadOrder(ref bits, subLayers, out bool? isReordered);
        return VideoFormat.TryMake(width, height, ReadRate(ref bits, orderBits), isReordered, out format);
    }

    private static void SkipProfile(ref RawBits bits, int subLayers)
    {
        bits.Skip(ProfileBits + LevelBits);
        uint profiles = 0;
        uint levels = 0;
        for (int i = 0; i < subLayers; i++)
        {
            profiles |= bits.Bits(1) << i;
            levels |= bits.Bits(1) << i;
        }

        if (subLayers > 0)
        {
            bits.Skip(2 * (8 - subLayers));
        }

        for (int i = 0; i < subLayers; i++)
        {
            bits.Skip(((profiles >> i) & 1) != 0 ? ProfileBits : 0);
            bits.Skip(((levels >> i) & 1) != 0 ? LevelBits : 0);
        }
    }

    /// <summary>How many bits the order of pictures is counted with, and whether the highest sub-layer puts pictures in another order.</summary>
    private static uint ReadOrder(ref RawBits bits, int subLayers, out bool? isReordered)
    {
        _ = bits.Golomb(); // bit_depth_luma_minus8
        _ = bits.Golomb(); // bit_depth_chroma_minus8
        uint orderBits = Math.Min(bits.Golomb(), 12) + 4;
        uint reordered = 0;
        for (int i = bits.Flag() ? 0 : subLayers; i <= subLayers && !bits.IsOver; i++)
        {
            _ = bits.Golomb(); // sps_max_dec_pic_buffering_minus1
            reordered = bits.Golomb();
            _ = bits.Golomb(); // sps_max_latency_increase_plus1
        }

        isReordered = bits.IsOver || reordered > ReferencesMax ? null : reordered > 0;
        return orderBits;
    }

    /// <summary>Frames a second by the video usability information, which stands behind everything else; 0: it says nothing.</summary>
    private static double ReadRate(ref RawBits bits, uint orderBits)
    {
        for (int i = 0; i < 6; i++)
        {
            _ = bits.Golomb(); // sizes of blocks
        }

        if (bits.Flag() && bits.Flag())
        {
            SkipScaling(ref bits);
        }

        bits.Skip(2);
        if (bits.Flag())
        {
            bits.Skip(8); // pcm
            _ = bits.Golomb();
            _ = bits.Golomb();
            bits.Skip(1);
        }

        SkipReferences(ref bits, orderBits);
        bits.Skip(2);
        if (!bits.Flag() || bits.IsOver)
        {
            return 0;
        }

        H264SequenceParameters.SkipToTiming(ref bits, 255);
        bits.Skip(3);
        if (bits.Flag())
        {
            for (int i = 0; i < 4; i++)
            {
                _ = bits.Golomb(); // default display window
            }
        }

        if (!bits.Flag())
        {
            return 0;
        }

        uint unitsInTick = bits.Bits(32);
        uint timeScale = bits.Bits(32);
        return bits.IsOver || unitsInTick == 0 ? 0 : timeScale / (double)unitsInTick;
    }

    private static void SkipScaling(ref RawBits bits)
    {
        for (int size = 0; size < 4; size++)
        {
            for (int matrix = 0; matrix < 6 && !bits.IsOver; matrix += size == 3 ? 3 : 1)
            {
                if (!bits.Flag())
                {
                    _ = bits.Golomb();
                    continue;
                }

                if (size > 1)
                {
                    _ = bits.SignedGolomb();
                }

                int count = Math.Min(64, 1 << (4 + (size << 1)));
                for (int i = 0; i < count && !bits.IsOver; i++)
                {
                    _ = bits.SignedGolomb();
                }
            }
        }
    }

    /// <summary>Short-term sets (section 7.3.7), then long-term pictures.</summary>
    private static void SkipReferences(ref RawBits bits, uint orderBits)
    {
        uint sets = Math.Min(bits.Golomb(), ReferenceSetsMax);
        uint pictures = 0;
        for (uint set = 0; set < sets && !bits.IsOver; set++)
        {
            pictures = set > 0 && bits.Flag() ? SkipPredicted(ref bits, pictures) : SkipExplicit(ref bits);
        }

        if (bits.Flag())
        {
            uint longTerm = Math.Min(bits.Golomb(), ReferencesMax * 2);
            bits.Skip((int)(longTerm * (orderBits + 1)));
        }
    }

    /// <summary>A set that is told by the one before it, of so many pictures. How many it has.</summary>
    private static uint SkipPredicted(ref RawBits bits, uint before)
    {
        bits.Skip(1);
        _ = bits.Golomb();
        uint pictures = 0;
        for (uint i = 0; i <= before && !bits.IsOver; i++)
        {
            bool isUsed = bits.Flag();
            pictures += isUsed || bits.Flag() ? 1u : 0;
        }

        return Math.Min(pictures, ReferencesMax);
    }

    private static uint SkipExplicit(ref RawBits bits)
    {
        uint pictures = Math.Min(bits.Golomb(), ReferencesMax) + Math.Min(bits.Golomb(), ReferencesMax);
        for (uint i = 0; i < pictures && !bits.IsOver; i++)
        {
            _ = bits.Golomb();
            bits.Skip(1);
        }

        return pictures;
    }
}
