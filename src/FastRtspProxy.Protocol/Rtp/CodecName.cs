using System.Globalization;
using System.Numerics;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What browsers call the pictures of a sequence parameter set (RFC 6381): <c>avc1.640028</c>, <c>hev1.1.6.L93.B0</c>.</summary>
public static class CodecName
{
    /// <summary>Of a whole NAL unit without a start code; null: it is no set of that codec, or ends too early.</summary>
    public static string? Of(MediaCodec codec, ReadOnlySpan<byte> unit) => codec switch
    {
        MediaCodec.H264 when unit.Length >= 4 && (unit[0] & 0x1f) == 7 =>
            string.Create(CultureInfo.InvariantCulture, $"avc1.{unit[1]:x2}{unit[2]:x2}{unit[3]:x2}"),
        MediaCodec.H265 when unit.Length >= 2 && ((unit[0] >> 1) & 0x3f) == 33 => OfH265(unit[2..]),
        _ => null,
    };

    // H.265 section 7.3.3, as ISO/IEC 14496-15 annex E.3 names it: the compatibility flags with their first bit lowest, the bytes of constraints
    // without the zeros at their end.
    private static string? OfH265(ReadOnlySpan<byte> payload)
    {
        RawBits bits = new(payload);
        bits.Skip(8); // the set that it belongs to, and its sub-layers
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
        if (bits.IsOver)
        {
            return null;
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"hev1.{space}{profile}.{compatible:X}.{tier}{level}");
        int bytes = constraints == 0 ? 0 : 6 - (BitOperations.TrailingZeroCount(constraints) / 8);
        for (int i = 0; i < bytes; i++)
        {
            name += string.Create(CultureInfo.InvariantCulture, $".{(byte)(constraints >> (40 - (8 * i))):X}");
        }

        return name;
    }
}
