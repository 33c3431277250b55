namespace FastRtspProxy.Protocol.Rtp;

/// <summary>Codecs that the proxy treats by name somewhere; all others are <see cref="Other"/> and are relayed just the same.</summary>
public enum MediaCodec
{
    Other,
    H264,
    H265,
    Vp8,
    Vp9,
    Av1,
    Mjpeg,
    Mpeg4Video,
    Mpeg2Ts,
    Aac,
    AacLatm,
    Opus,
    Pcmu,
    Pcma,
    L16,
    G722,
    G726,
    MpegAudio,
    OnvifMetadata,
    MpegVideo,
    Jpeg2000,
}
