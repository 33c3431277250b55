namespace FastRtspProxy.SimulatedCamera.Talk;

/// <summary>G.711: one octet a sample, µ-law (PCMU) and A-law (PCMA), as RFC 3551 section 4.5.14 has them.</summary>
internal static class G711
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 8000;

    private const int MuLawBias = 132;

    /// <param name="sample">16 bits.</param>
    public static byte EncodeMuLaw(int sample)
    {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.Min(Math.Abs(sample), 32_635) + MuLawBias;
        int exponent = System.Numerics.BitOperations.Log2((uint)magnitude) - 7;
        int mantissa = magnitude >> (exponent + 3) & 0x0F;
        return (byte)~(sign | exponent << 4 | mantissa);
    }

    /// <inheritdoc cref="EncodeMuLaw"/>
    public static byte EncodeALaw(int sample)
    {
        int sign = sample < 0 ? 0 : 0x80;
        int magnitude = Math.Min(Math.Abs(sample), 32_635) >> 3;
        int exponent = magnitude < 32 ? 0 : System.Numerics.BitOperations.Log2((uint)magnitude) - 4;
        int mantissa = magnitude >> (exponent == 0 ? 1 : exponent) & 0x0F;
        return (byte)((sign | exponent << 4 | mantissa) ^ 0x55);
    }

    /// <summary>16 bits.</summary>
    public static int DecodeMuLaw(byte code)
    {
        int plain = ~code & 0xff;
        int magnitude = (((plain & 0x0f) << 3) + MuLawBias << (plain >> 4 & 7)) - MuLawBias;
        return (plain & 0x80) != 0 ? -magnitude : magnitude;
    }

    /// <inheritdoc cref="DecodeMuLaw"/>
    public static int DecodeALaw(byte code)
    {
        int plain = code ^ 0x55;
        int exponent = plain >> 4 & 7;
        int magnitude = (plain & 0x0f) << 4 | 8;
        magnitude = exponent == 0 ? magnitude : magnitude + 256 << exponent - 1;
        return (plain & 0x80) != 0 ? magnitude : -magnitude;
    }
}
