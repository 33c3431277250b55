using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>
/// The pictures of the demo clip as H.265, made by perf-scripts/make-demo-clip.sh. It ships with rtspsim only: the camera of the proxy's
/// <c>--demo</c> is H.264.
/// </summary>
internal static class H265Clip
{
    /// <summary>The byte stream, for a track or for its parameter sets: one copy for all streams, which nobody changes.</summary>
    public static byte[] Bytes { get; } = DemoClip.Load(typeof(H265Clip).Assembly, "demo.h265");

    /// <summary>The clip as a track.</summary>
    public static MediaTrack Track() => DemoClip.H265(Bytes);
}
