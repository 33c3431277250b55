namespace FastRtspProxy.Protocol.Rtp;

public static class MediaCodecs
{
    /// <summary>Encoding names are compared without case (RFC 4855 section 3).</summary>
    public static MediaCodec FromEncodingName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToUpperInvariant() switch
        {
            "H264" => MediaCodec.H264,
            "H265" or "HEVC" => MediaCodec.H265,
            "VP8" => MediaCodec.Vp8,
            "VP9" => MediaCodec.Vp9,
            "AV1" => MediaCodec.Av1,
            "JPEG" or "MJPEG" => MediaCodec.Mjpeg,
            "MP4V-ES" => MediaCodec.Mpeg4Video,
            "MPV" => MediaCodec.MpegVideo,
            "JPEG2000" => MediaCodec.Jpeg2000,
            "MP2T" => MediaCodec.Mpeg2Ts,
            "MPEG4-GENERIC" => MediaCodec.Aac,
            "MP4A-LATM" => MediaCodec.AacLatm,
            "OPUS" => MediaCodec.Opus,
            "PCMU" => MediaCodec.Pcmu,
            "PCMA" => MediaCodec.Pcma,
            "L16" => MediaCodec.L16,
            "G722" => MediaCodec.G722,
            "G726-16" or "G726-24" or "G726-32" or "G726-40" => MediaCodec.G726,
            "MPA" => MediaCodec.MpegAudio,
            "VND.ONVIF.METADATA" => MediaCodec.OnvifMetadata,
            _ => MediaCodec.Other,
        };
    }

    /// <summary>
    /// True where pictures may come in another order than they are shown in (B-frames), so that timestamps go back; an unknown video codec may.
    /// </summary>
    public static bool MayReorder(MediaCodec codec, string mediaType) =>
        string.Equals(mediaType, "video", StringComparison.OrdinalIgnoreCase)
        && codec is not (MediaCodec.Vp8 or MediaCodec.Vp9 or MediaCodec.Av1 or MediaCodec.Mjpeg or MediaCodec.Jpeg2000 or MediaCodec.Mpeg2Ts);

    /// <summary>True where a decoder can start at marked packets only, so that the classifier has something to say.</summary>
    public static bool HasRandomAccessPoints(MediaCodec codec) => NeedsRandomAccessPoint(codec) || codec is MediaCodec.Mjpeg or MediaCodec.Jpeg2000;

    /// <summary>
    /// True where most pictures need earlier ones, so that a decoder which begins elsewhere shows something wrong; not where each picture stands for
    /// itself.
    /// </summary>
    public static bool NeedsRandomAccessPoint(MediaCodec codec) => codec
        is MediaCodec.H264 or MediaCodec.H265 or MediaCodec.Vp8 or MediaCodec.Vp9 or MediaCodec.Av1
        or MediaCodec.Mpeg4Video or MediaCodec.MpegVideo or MediaCodec.Mpeg2Ts;
}
