namespace FastRtspProxy.Engine.Frontend;

/// <summary>Tells by its User-Agent what a client is. Pure.</summary>
internal static class PlayerKinds
{
    /// <summary>The first row whose text begins the header counts.</summary>
    private static readonly (string Begin, PlayerKind Kind)[] s_rows =
    [
        ("FFmpeg Frigate/", PlayerKind.StampsByArrival),
        ("Lavf", PlayerKind.Ffmpeg),
        ("libmpv", PlayerKind.Ffmpeg),
        ("GStreamer", PlayerKind.GStreamer),
        ("FastRtspProxy", PlayerKind.Relay),
    ];

    /// <summary>What the header says; null: the client sent none.</summary>
    public static PlayerKind Of(string? userAgent)
    {
        foreach ((string begin, PlayerKind kind) in s_rows)
        {
            if (userAgent is not null && userAgent.StartsWith(begin, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return PlayerKind.Unknown;
    }
}
