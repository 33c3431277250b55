namespace FastRtspProxy.Operations.Captures;

/// <summary>What a capture is to be.</summary>
/// <param name="Duration">From the first connection attempt on.</param>
/// <param name="WithMedia">Pictures and sound stay in it.</param>
/// <param name="BytesMax">The file grows to no more than that and its last record.</param>
internal sealed record CaptureWish(TimeSpan Duration, bool WithMedia, long BytesMax)
{
    /// <summary>What a bug report needs: a few groups of pictures, two rounds of reports.</summary>
    public static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(30);

    /// <summary>An hour of 4 Mbit/s without media is some 100 MB.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromHours(1);

    /// <summary>Mailboxes and issue trackers take less.</summary>
    public const long UsualBytesMax = 256L << 20;
}
