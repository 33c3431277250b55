using System.Reflection;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// The clip that ships with both programs, made by perf-scripts/make-demo-clip.sh: eight seconds of 640x360 at 25 pictures a second, and AAC at 48
/// kHz. Its pictures as H.265 ship with rtspsim only, which hands them in.
/// </summary>
internal static class DemoClip
{
    /// <summary>Pictures a second of the clip.</summary>
    public const int FramesPerSecond = 25;

    private static Assembly Own => typeof(DemoClip).Assembly;

    /// <summary>The clip's H.264 track.</summary>
    public static MediaTrack H264() =>
        ClipVideoTrack.TryCreate(false, Load(Own, "demo.h264"), FramesPerSecond, out ClipVideoTrack? track) ? track : throw Damaged("demo.h264");

    /// <summary>The same pictures as H.265, from their byte stream.</summary>
    public static MediaTrack H265(byte[] annexB) =>
        ClipVideoTrack.TryCreate(true, annexB, FramesPerSecond, out ClipVideoTrack? track) ? track : throw Damaged("demo.h265");

    /// <summary>The clip's AAC track.</summary>
    public static MediaTrack Aac() => ClipAudioTrack.TryCreate(Load(Own, "demo.aac"), out ClipAudioTrack? track) ? track : throw Damaged("demo.aac");

    /// <summary>The bytes of a clip that was built into <paramref name="assembly"/>.</summary>
    public static byte[] Load(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream("Clips." + name) ?? throw Damaged(name);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // The clips are part of the build: this is a broken build, not bad input.
    private static InvalidOperationException Damaged(string name) => new("the built-in clip " + name + " is missing or damaged");
}
