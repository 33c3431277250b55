namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>What a synthetic video track should look like.</summary>
internal sealed record SyntheticVideo
{
    /// <summary>Bits a second, averaged over a group of pictures.</summary>
    public long BitsPerSecond { get; init; } = 4_000_000;

    public int FramesPerSecond { get; init; } = 25;

    /// <summary>Pictures from one random access point to the next.</summary>
    public int GopFrames { get; init; } = 50;

    public int WidthPixels { get; init; } = 1920;

    public int HeightPixels { get; init; } = 1080;

    /// <summary>A random access picture is so many times as large as the others.</summary>
    public int KeyFrameRatio { get; init; } = 8;

    /// <summary>Different seeds give different pictures and sizes.</summary>
    public ulong Seed { get; init; }

    /// <summary>Bytes of a picture: the average over a group is exact, single pictures vary by a fifth, in pairs that cancel out.</summary>
    public int FrameBytes(long unit)
    {
        double gopBytes = BitsPerSecond / 8.0 * GopFrames / FramesPerSecond;
        double plain = gopBytes / (GopFrames - 1 + KeyFrameRatio);
        int inGop = (int)(unit % GopFrames);
        if (inGop == 0)
        {
            return Math.Max(1, (int)(plain * KeyFrameRatio));
        }

        double sway = 0.2 * (2 * Hash64.Unit(Seed, (ulong)(unit / GopFrames * GopFrames + (inGop - 1) / 2)) - 1);
        bool alone = inGop == GopFrames - 1 && (GopFrames & 1) == 0;
        return Math.Max(1, (int)(plain * (1 + (alone ? 0 : (inGop & 1) != 0 ? sway : -sway))));
    }
}
