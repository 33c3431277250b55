namespace FastRtspProxy.Captures.Privacy;

/// <summary>Which NAL units say how pictures are made, and nothing of the pictures.</summary>
internal static class NalUnits
{
    /// <summary>A parameter set of H.264 (7, 8, 13, 15) or H.265 (32 to 34).</summary>
    public static bool IsParameterSet(ReadOnlySpan<byte> unit, bool isH265) =>
        !unit.IsEmpty && (unit[0] & 0x80) == 0 && (isH265 ? IsH265ParameterSet(unit[0] >> 1) : IsH264ParameterSet(unit[0] & 0x1F));

    /// <inheritdoc cref="IsParameterSet"/>
    public static bool IsH264ParameterSet(int type) => type is 7 or 8 or 13 or 15;

    /// <inheritdoc cref="IsParameterSet"/>
    public static bool IsH265ParameterSet(int type) => type is >= 32 and <= 34;
}
