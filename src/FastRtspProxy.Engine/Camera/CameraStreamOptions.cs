using FastRtspProxy.Engine.Camera.Media;

namespace FastRtspProxy.Engine.Camera;

/// <summary>One stream of a camera.</summary>
/// <param name="Path">Path and query of its URL, without the leading slash.</param>
/// <param name="Tracks">In the order of the SDP.</param>
internal sealed record CameraStreamOptions(string Path, IReadOnlyList<MediaTrack> Tracks)
{
    /// <summary>The clip that ships with the program: H.264 and AAC.</summary>
    public static CameraStreamOptions Demo(string path = "demo") => new(path, [DemoClip.H264(), DemoClip.Aac()]);
}
