using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>One stream of a camera.</summary>
/// <param name="Path">Path and query of its URL, without the leading slash.</param>
/// <param name="Tracks">In the order of the SDP.</param>
internal sealed record CameraStreamOptions(string Path, IReadOnlyList<MediaTrack> Tracks)
{
    private static readonly SyntheticVideo s_small = new() { WidthPixels = 320, HeightPixels = 176, BitsPerSecond = 400_000 };

    /// <summary>The clip that ships with the program: H.264 and AAC.</summary>
    public static CameraStreamOptions Demo(string path = "demo") => new(path, [DemoClip.H264(), DemoClip.Aac()]);

    /// <summary>The same stream after its camera was set to something else.</summary>
    public CameraStreamOptions Changed(TimedFaultKind change)
    {
        MediaTrack[] tracks = [.. Tracks.Where(track => change != TimedFaultKind.NoAudio || track.MediaType != "audio").Select(track => Changed(track, change))];
        return tracks.Length > 0 ? this with { Tracks = tracks } : this;
    }

    private static MediaTrack Changed(MediaTrack track, TimedFaultKind change) => (change, track.EncodingName) switch
    {
        (TimedFaultKind.OtherCodec, "H264") => DemoClip.H265(),
        (TimedFaultKind.OtherCodec, "H265") => DemoClip.H264(),
        (TimedFaultKind.OtherSize, "H264") => new SyntheticH264Track(s_small),
        (TimedFaultKind.OtherSize, "H265") => new SyntheticH265Track(s_small, DemoClip.H265Bytes()),
        _ => track,
    };
}
