using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Captures.Recording;

/// <summary>A track that was set up.</summary>
/// <param name="Index">From 0, in the order of the first SETUPs.</param>
/// <param name="Url">Of its SETUP, as it was sent.</param>
/// <param name="Media">Its part of the description; null: the description has none, or there is no description.</param>
internal sealed record CapturedTrack(int Index, string Url, SdpMedia? Media)
{
    /// <summary>It shows pictures, or nobody knows what it is.</summary>
    public bool IsVideo => Media?.Type.Equals("video", StringComparison.OrdinalIgnoreCase) == true;

    public MediaCodec Codec => Media is { } media ? MediaCodecs.FromEncodingName(media.EncodingName) : MediaCodec.Other;
}
