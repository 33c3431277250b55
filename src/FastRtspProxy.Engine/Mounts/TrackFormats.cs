using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What parameter sets say of a track's pictures. Pure.</summary>
internal static class TrackFormats
{
    /// <summary>By the newest set in the stream, else by the one in the description.</summary>
    public static VideoFormat? Of(SdpMedia media, IngestTrack track) =>
        VideoFormat.TryRead(track.Codec, track.ParameterSets.Sps.Span, out VideoFormat format) ? format : Of(media);

    /// <summary>By the description alone.</summary>
    public static VideoFormat? Of(SdpMedia media) =>
        VideoFormat.TryRead(MediaCodecs.FromEncodingName(media.EncodingName), DescribedSets.Of(media).Sps.Span, out VideoFormat format)
            ? format
            : null;

    /// <summary>The size of the pictures; null: it is not known.</summary>
    public static (int Width, int Height)? SizeOf(VideoFormat? format) => format is { } known ? (known.Width, known.Height) : null;
}
