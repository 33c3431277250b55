using System.Globalization;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What is known of a mount's tracks: from the description, the parameter sets and what came. On the mount's shard.</summary>
internal static class TrackReports
{
    /// <summary>In the order of the description.</summary>
    public static IReadOnlyList<TrackStatus> Of(IReadOnlyList<SdpMedia> media, MountIngest ingest, IngestMeters meters, bool plays)
    {
        TrackStatus[] tracks = new TrackStatus[Math.Min(media.Count, ingest.Tracks.Count)];
        for (int i = 0; i < tracks.Length; i++)
        {
            tracks[i] = Of(media[i], ingest.Tracks[i], meters, plays);
        }

        return tracks;
    }

    private static TrackStatus Of(SdpMedia media, IngestTrack track, IngestMeters meters, bool plays)
    {
        bool isVideo = media.Type.Equals("video", StringComparison.OrdinalIgnoreCase);
        bool isAudio = media.Type.Equals("audio", StringComparison.OrdinalIgnoreCase);
        VideoFormat? format = isVideo ? TrackFormats.Of(media, track) : null;
        double? measured = plays && isVideo ? meters.FramesOf(track.Index) : null;
        return new TrackStatus
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"track{track.Index + 1}"),
            Media = media.Type,
            Codec = media.EncodingName.ToUpperInvariant(),
            ClockRate = media.ClockRate,
            Channels = isAudio ? media.Channels : null,
            Profile = isVideo ? ProfileOf(media, track) : null,
            Width = format?.Width,
            Height = format?.Height,
            FramesPerSecond = (measured ?? format?.FramesPerSecond) is { } rate ? Math.Round(rate, 2) : null,
            KeyFrameInterval = track.KeyFrameIntervalMicros is > 0 and long micros ? micros / 1e6 : null,
            Bitrate = plays ? meters.BitsOf(track.Index) : 0,
            Packets = track.Packets,
            Bytes = track.Bytes,
            Jitter = track.Packets > 0 ? track.JitterMicros / 1e6 : null,
        };
    }

    private static string? ProfileOf(SdpMedia media, IngestTrack track)
    {
        ReadOnlySpan<byte> learnt = track.ParameterSets.Sps.Span;
        return track.Codec switch
        {
            MediaCodec.H264 when learnt.Length >= 4 => Convert.ToHexString(learnt[1..4]),
            MediaCodec.H264 => DescribedSets.ParameterOf(media, "profile-level-id")?.ToUpperInvariant(),
            MediaCodec.H265 => DescribedSets.ParameterOf(media, "profile-id"),
            _ => null,
        };
    }
}
