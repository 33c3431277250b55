namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>The clip that ships with the program, made by perf-scripts/make-demo-clip.sh: eight seconds of 640x360 at 25 pictures a second, and AAC at 48 kHz.</summary>
internal static class DemoClip
{
    /// <summary>Pictures a second of the clip.</summary>
    public const int FramesPerSecond = 25;

    /// <summary>The clip's H.264 track.</summary>
    public static MediaTrack H264() =>
        ClipVideoTrack.TryCreate(false, Load("demo.h264"), FramesPerSecond, out ClipVideoTrack? track) ? track : throw Damaged("demo.h264");

    /// <summary>The same pictures as H.265.</summary>
    public static MediaTrack H265() =>
        ClipVideoTrack.TryCreate(true, Load("demo.h265"), FramesPerSecond, out ClipVideoTrack? track) ? track : throw Damaged("demo.h265");

    /// <summary>The clip's AAC track.</summary>
    public static MediaTrack Aac() => ClipAudioTrack.TryCreate(Load("demo.aac"), out ClipAudioTrack? track) ? track : throw Damaged("demo.aac");

    /// <summary>The clip's H.265 byte stream, for its parameter sets.</summary>
    public static byte[] H265Bytes() => Load("demo.h265");

    private static byte[] Load(string name)
    {
        using Stream stream = typeof(DemoClip).Assembly.GetManifestResourceStream("Clips." + name) ?? throw Damaged(name);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // The clips are part of the build: this is a broken build, not bad input.
    private static InvalidOperationException Damaged(string name) => new("the built-in clip " + name + " is missing or damaged");
}
