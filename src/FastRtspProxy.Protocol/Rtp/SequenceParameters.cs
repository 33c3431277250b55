using System.Globalization;
using System.Numerics;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What a sequence parameter set says of the pictures, for whoever shows them or tells of them.</summary>
/// <param name="Codec">As browsers name it (RFC 6381): <c>avc1.640028</c>, <c>hev1.1.6.L93.B0</c>.</param>
/// <param name="Width">In pixels, cropped.</param>
/// <param name="Height">In pixels, cropped.</param>
public readonly record struct SequenceParameters(string Codec, int Width, int Height)
{
    /// <summary>No camera has more pixels a side; what says so is damaged.</summary>
    private const int SideMax = 16384;

    /// <summary>Pictures a second as the set's timing says; null: it does not.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>Reads a NAL unit of type 7 (H.264) or 33 (H.265), its header included. False: it is none, or damaged.</summary>
    public static bool TryRead(MediaCodec codec, ReadOnlySpan<byte> unit, out SequenceParameters parameters)
    {
        parameters = default;
        return codec switch
        {
            MediaCodec.H264 => unit.Length > 4 && (unit[0] & 0x1f) == 7 && TryReadH264(unit, out parameters),
            MediaCodec.H265 => unit.Length > 15 && ((unit[0] >> 1) & 0x3f) == 33 && TryReadH265(unit, out parameters),
            _ => false,
        };
    }

    // H.264 section 7.3.2.1.1.
    private static bool TryReadH264(ReadOnlySpan<byte> unit, out SequenceParameters parameters)
    {
        string codec = string.Create(CultureInfo.InvariantCulture, $"avc1.{unit[1]:x2}{unit[2]:x2}{unit[3]:x2}");
        RbspReader bits = new(unit[4..]);
        bits.Ue();
        uint chroma = 1;
        bool separatePlanes = false;
        if (unit[1] is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135)
        {
            chroma = bits.Ue();
            separatePlanes = chroma == 3 && bits.Flag();
            bits.Ue();
            bits.Ue();
            bits.Skip(1);
            if (bits.Flag())
            {
                SkipScalingLists(ref bits, chroma == 3 ? 12 : 8);
            }
        }

        bits.Ue();
        SkipPictureOrder(ref bits);
        bits.Ue();
        bits.Skip(1);
        long width = (bits.Ue() + 1L) * 16;
        long height = (bits.Ue() + 1L) * 16;
        int perField = bits.Flag() ? 1 : 2;
        height *= perField;
        bits.Skip(perField == 2 ? 2 : 1);
        if (bits.Flag())
        {
            int unitX = separatePlanes || chroma is 0 or 3 ? 1 : 2;
            int unitY = (separatePlanes || chroma != 1 ? 1 : 2) * perField;
            width -= unitX * (bits.Ue() + (long)bits.Ue());
            height -= unitY * (bits.Ue() + (long)bits.Ue());
        }

        return TryMake(codec, width, height, bits.IsOver, out parameters)
            && With(ref parameters, bits.Flag() ? H264Rate(ref bits) : null);
    }

    private static void SkipScalingLists(ref RbspReader bits, int lists)
    {
        for (int i = 0; i < lists; i++)
        {
            if (!bits.Flag())
            {
                continue;
            }

            int last = 8;
            int next = 8;
            for (int j = 0; j < (i < 6 ? 16 : 64) && !bits.IsOver; j++)
            {
                next = next == 0 ? 0 : (last + bits.Se() + 256) & 0xff;
                last = next == 0 ? last : next;
            }
        }
    }

    private static void SkipPictureOrder(ref RbspReader bits)
    {
        uint type = bits.Ue();
        if (type == 0)
        {
            bits.Ue();
        }
        else if (type == 1)
        {
            bits.Skip(1);
            bits.Se();
            bits.Se();
            for (uint left = Math.Min(bits.Ue(), 255); left > 0 && !bits.IsOver; left--)
            {
                bits.Se();
            }
        }
    }

    // H.264 section E.1.1, up to the timing: two ticks a picture.
    private static double? H264Rate(ref RbspReader bits)
    {
        SkipAspect(ref bits);
        return bits.Flag() ? Rate(ref bits, 2) : null;
    }

    // aspect_ratio_info, overscan, video_signal_type, chroma_loc_info: the same in both codecs.
    private static void SkipAspect(ref RbspReader bits)
    {
        if (bits.Flag() && bits.Bits(8) == 255)
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
            bits.Ue();
            bits.Ue();
        }
    }

    private static double? Rate(ref RbspReader bits, int ticksPerPicture)
    {
        uint unitsInTick = bits.Bits(32);
        uint timeScale = bits.Bits(32);
        double rate = bits.IsOver || unitsInTick == 0 ? 0 : timeScale / (double)unitsInTick / ticksPerPicture;
        return rate is > 0.1 and < 1000 ? rate : null;
    }

    // H.265 section 7.3.2.2.1, up to the cropping.
    private static bool TryReadH265(ReadOnlySpan<byte> unit, out SequenceParameters parameters)
    {
        RbspReader bits = new(unit[2..]);
        bits.Skip(4);
        int subLayers = (int)bits.Bits(3);
        bits.Skip(1);
        string codec = H265Codec(ref bits);
        Span<byte> present = stackalloc byte[8];
        for (int i = 0; i < subLayers; i++)
        {
            present[i] = (byte)bits.Bits(2);
        }

        bits.Skip(subLayers > 0 ? 2 * (8 - subLayers) : 0);
        for (int i = 0; i < subLayers; i++)
        {
            bits.Skip(((present[i] & 2) != 0 ? 88 : 0) + ((present[i] & 1) != 0 ? 8 : 0));
        }

        bits.Ue();
        uint chroma = bits.Ue();
        bool separatePlanes = chroma == 3 && bits.Flag();
        long width = bits.Ue();
        long height = bits.Ue();
        if (bits.Flag())
        {
            int unitX = !separatePlanes && chroma is 1 or 2 ? 2 : 1;
            int unitY = !separatePlanes && chroma == 1 ? 2 : 1;
            width -= unitX * (bits.Ue() + (long)bits.Ue());
            height -= unitY * (bits.Ue() + (long)bits.Ue());
        }

        return TryMake(codec, width, height, bits.IsOver, out parameters);
    }

    // ISO/IEC 14496-15 annex E.3: the compatibility flags with their first bit lowest; constraint bytes without the zeros at their end.
    private static string H265Codec(ref RbspReader bits)
    {
        string space = bits.Bits(2) switch { 1 => "A", 2 => "B", 3 => "C", _ => string.Empty };
        char tier = bits.Flag() ? 'H' : 'L';
        uint profile = bits.Bits(5);
        uint compatible = 0;
        for (int i = 0; i < 32; i++)
        {
            compatible |= bits.Bits(1) << i;
        }

        ulong constraints = ((ulong)bits.Bits(32) << 16) | bits.Bits(16);
        uint level = bits.Bits(8);
        string codec = string.Create(CultureInfo.InvariantCulture, $"hev1.{space}{profile}.{compatible:X}.{tier}{level}");
        int bytes = constraints == 0 ? 0 : 6 - (BitOperations.TrailingZeroCount(constraints) / 8);
        for (int i = 0; i < bytes; i++)
        {
            codec = string.Create(CultureInfo.InvariantCulture, $"{codec}.{(byte)(constraints >> (40 - (8 * i))):X}");
        }

        return codec;
    }

    private static bool TryMake(string codec, long width, long height, bool isOver, out SequenceParameters parameters)
    {
        parameters = default;
        if (isOver || width is <= 0 or > SideMax || height is <= 0 or > SideMax)
        {
            return false;
        }

        parameters = new SequenceParameters(codec, (int)width, (int)height);
        return true;
    }

    private static bool With(ref SequenceParameters parameters, double? rate)
    {
        parameters = parameters with { FramesPerSecond = rate };
        return true;
    }
}
