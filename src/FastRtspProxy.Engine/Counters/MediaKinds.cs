namespace FastRtspProxy.Engine.Counters;

/// <summary>How the kinds of media are called.</summary>
internal static class MediaKinds
{
    /// <summary>How many there are; each is a place in an array.</summary>
    public const int Count = (int)MediaKind.Application + 1;

    private static readonly string[] s_names = ["video", "audio", "application"];

    /// <summary>In one small word.</summary>
    public static string NameOf(MediaKind kind) => s_names[(int)kind];

    /// <summary>By the media type of a description.</summary>
    public static MediaKind Of(string type) =>
        type.Equals("video", StringComparison.OrdinalIgnoreCase) ? MediaKind.Video
        : type.Equals("audio", StringComparison.OrdinalIgnoreCase) ? MediaKind.Audio
        : MediaKind.Application;
}
