namespace FastRtspProxy.Captures.Privacy;

/// <summary>Which NAL units say how pictures are made, and nothing of the pictures; and which are pictures.</summary>
internal static class NalUnits
{
    /// <summary>So many letters and digits in a row are a text. A parameter set of some thirty bytes has such a row once in ten thousand.</summary>
    private const int TextCharsMin = 8;

    private const int BytesMax = 256;

    /// <summary>A parameter set of H.264 (7, 8, 13, 15) or H.265 (32 to 34).</summary>
    public static bool IsParameterSet(ReadOnlySpan<byte> unit, bool isH265) =>
        !unit.IsEmpty && (unit[0] & 0x80) == 0 && (isH265 ? IsH265ParameterSet(unit[0] >> 1) : IsH264ParameterSet(unit[0] & 0x1F));

    /// <summary>
    /// As <see cref="IsParameterSet"/>, and nothing that reads like a text: for a description, where anybody may write anything in base64.
    /// </summary>
    public static bool IsPlainParameterSet(ReadOnlySpan<byte> unit, bool isH265)
    {
        int run = 0;
        int longest = 0;
        foreach (byte one in unit)
        {
            run = char.IsAsciiLetterOrDigit((char)one) || one > 0xBF ? run + (one > 0xBF ? 0 : 1) : 0;
            longest = Math.Max(longest, run);
        }

        return longest < TextCharsMin && unit.Length <= BytesMax && IsParameterSet(unit, isH265);
    }

    /// <summary>A part of a picture (a slice) of H.264, or of H.265.</summary>
    public static bool IsPicture(ReadOnlySpan<byte> unit, bool isH265) =>
        !unit.IsEmpty && (isH265 ? IsH265Picture((unit[0] >> 1) & 0x3F) : IsH264Picture(unit[0] & 0x1F));

    /// <inheritdoc cref="IsPicture"/>
    public static bool IsH264Picture(int type) => type is (>= 1 and <= 5) or 20 or 21;

    /// <inheritdoc cref="IsPicture"/>
    public static bool IsH265Picture(int type) => type < 32;

    /// <inheritdoc cref="IsParameterSet"/>
    public static bool IsH264ParameterSet(int type) => type is 7 or 8 or 13 or 15;

    /// <inheritdoc cref="IsParameterSet"/>
    public static bool IsH265ParameterSet(int type) => type is >= 32 and <= 34;
}
