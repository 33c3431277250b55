using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>One stream of a camera.</summary>
/// <param name="Path">Path and query of its URL, without the leading slash.</param>
/// <param name="Tracks">In the order of the SDP.</param>
internal sealed record SimulatedCameraStreamOptions(string Path, IReadOnlyList<MediaTrack> Tracks)
{
    private static readonly SyntheticVideo s_small = new() { WidthPixels = 320, HeightPixels = 176, BitsPerSecond = 400_000 };

    /// <summary>
    /// The clip's pictures as an H.265 byte stream, for a camera that is set to another codec, or to another size of that one. Without it such a
    /// change changes nothing.
    /// </summary>
    public byte[]? H265Clip { get; init; }

    /// <summary>The clip that ships with the program: H.264 and AAC.</summary>
    public static SimulatedCameraStreamOptions Demo(string path = "demo") => new(path, [DemoClip.H264(), DemoClip.Aac()]);

    /// <summary>The same stream after its camera was set to something else.</summary>
    public SimulatedCameraStreamOptions Changed(TimedFaultKind change)
    {
        IEnumerable<MediaTrack> kept = Tracks.Where(track => change != TimedFaultKind.NoAudio || track.MediaType != "audio");
        MediaTrack[] tracks = [.. kept.Select(track => Changed(track, change))];
        return tracks.Length > 0 ? this with { Tracks = tracks } : this;
    }

    private MediaTrack Changed(MediaTrack track, TimedFaultKind change) => (change, track.EncodingName, H265Clip) switch
    {
        (TimedFaultKind.OtherCodec, "H264", { } clip) => DemoClip.H265(clip),
        (TimedFaultKind.OtherCodec, "H265", _) => DemoClip.H264(),
        (TimedFaultKind.OtherSize, "H264", _) => new SyntheticH264Track(s_small),
        (TimedFaultKind.OtherSize, "H265", { } clip) => new SyntheticH265Track(s_small, clip),
        _ => track,
    };
}
