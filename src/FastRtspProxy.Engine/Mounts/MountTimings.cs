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

    /// <summary>How long a PLAY waits for the camera before its 503.</summary>
    public TimeSpan Join { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The distance of our sender reports: under the 5 s that receivers are told to expect.</summary>
    public TimeSpan SenderReport { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The pause before the next attempt when the camera was let go in order.</summary>
    public TimeSpan Reopen { get; init; } = TimeSpan.FromMilliseconds(500);
}
