namespace FastRtspProxy.Engine;

/// <summary>
/// How one stream is pulled and served. Everything in it can be changed while the stream is watched: no session of a viewer or of the camera is lost
/// by it.
/// </summary>
public sealed record StreamSettings
{
    /// <summary>Pull from the start and never stop.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>How long the back-end is pulled after the last client has gone.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long clients are held while the back-end is lost.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence of the back-end after which it counts as lost; zero: never.</summary>
    public TimeSpan DeadStreamInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a camera's answer to DESCRIBE, SETUP and PLAY is waited for.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a joining client gets first.</summary>
    public StartMode Start { get; init; } = StartMode.Auto;

    /// <summary><see cref="StartMode.Auto"/> gives recorders (FFmpeg) the cached group of pictures however old it is.</summary>
    public bool RecordersGetPast { get; init; }

    /// <summary>The bound of the cached group of pictures.</summary>
    public int GopCacheBytes { get; init; } = 16 << 20;

    /// <inheritdoc cref="GopCacheBytes"/>
    public TimeSpan GopCacheDuration { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>What came within so long is kept though nobody needs it; zero: nothing is.</summary>
    public TimeSpan PastDuration { get; init; }

    /// <summary>Null: it is not served to a group.</summary>
    public MulticastOptions? Multicast { get; init; }

    /// <summary>Clients at most.</summary>
    public int MaxClients { get; init; } = 20_000;
}
