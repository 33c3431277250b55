namespace FastRtspProxy.Engine.Mounts;

/// <summary>Every time limit of a mount.</summary>
internal sealed record MountTimings
{
    /// <summary>How long the camera is pulled after the last client has gone.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a paused session is kept before its TEARDOWN.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long clients are held while the camera is lost.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a PLAY waits for the camera, before its 503, or 200 while the camera is still being opened.</summary>
    public TimeSpan Join { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Of several sources one that is not connected and described after so long is left for another one, while somebody waits. Where no other one is
    /// left, or it was left before, the limits of the dialogue alone count.
    /// </summary>
    public TimeSpan OtherSource { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The distance of our sender reports: under the 5 s that receivers are told to expect.</summary>
    public TimeSpan SenderReport { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A description that is older is read anew before a SETUP: some servers deliver all that they made since DESCRIBE.</summary>
    public TimeSpan DescriptionAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the last packets of a programme may take to the viewers before their sessions end: those behind live, and those held back over UDP.
    /// </summary>
    public TimeSpan Tail { get; init; } = TimeSpan.FromSeconds(1);
}
