namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What a sequence parameter set says of the pictures.</summary>
/// <param name="Width">In pixels, cropped; 1 to <see cref="PixelsMax"/>.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="FramesPerSecond">As the timing says, above 0 and up to 1,000; null: it says nothing, or nothing that can be true.</param>
public readonly record struct VideoFormat(int Width, int Height, double? FramesPerSecond)
{
    /// <summary>
    /// Whether pictures come in another order than they are shown (B-frames). Null: the set leaves it open, as many cameras' sets of H.264 do, and
    /// the slices show it (<see cref="AccessUnitAssembler.HasBSlice"/>).
    /// </summary>
    public bool? IsReordered { get; init; }

    /// <summary>Of a side; no level of H.264 or H.265 has more (8,192 by 4,320 and its likes), and 16,384 was seen of panoramas.</summary>
    public const int PixelsMax = 16_384;

    /// <summary>A frame rate above it is nonsense.</summary>
    private const double FramesPerSecondMax = 1000;

    /// <summary>
    /// Reads the set of a codec as it stands in a stream: a whole NAL unit without a start code. False: it is none, or of nonsense.
    /// </summary>
    public static bool TryRead(MediaCodec codec, ReadOnlySpan<byte> unit, out VideoFormat format)
    {
        format = default;
        return codec switch
        {
            MediaCodec.H264 => H264SequenceParameters.TryRead(unit, out format),
            MediaCodec.H265 => H265SequenceParameters.TryRead(unit, out format),
            _ => false,
        };
    }

    /// <summary>A format of sides that can be true; the rate is left out where it cannot be.</summary>
    internal static bool TryMake(long width, long height, double framesPerSecond, bool? isReordered, out VideoFormat format)
    {
        bool isTrue = width is > 0 and <= PixelsMax && height is > 0 and <= PixelsMax;
        double? rate = framesPerSecond is > 0 and <= FramesPerSecondMax ? framesPerSecond : null;
        format = isTrue ? new VideoFormat((int)width, (int)height, rate) { IsReordered = isReordered } : default;
        return isTrue;
    }
}
