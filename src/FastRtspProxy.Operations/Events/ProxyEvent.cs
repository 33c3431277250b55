namespace FastRtspProxy.Operations.Events;

/// <summary>Something that happened, for whoever follows from outside. No secret is in it.</summary>
/// <param name="Id">Grows from one to the next, also over a restart of the program while the clock does not go back.</param>
/// <param name="Type">One of <see cref="Types"/>.</param>
/// <param name="At">When.</param>
internal sealed record ProxyEvent(long Id, string Type, DateTimeOffset At)
{
    public const string ConfigReloaded = "config.reloaded";
    public const string ConfigRefused = "config.refused";

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        "stream.up", "stream.down", "stream.added", "stream.changed", "stream.removed", "stream.source", "stream.owner",
        "viewer.joined", "viewer.left", "viewer.refused", ConfigReloaded, ConfigRefused,
    ];

    /// <summary>Null: it is of no stream, or of all.</summary>
    public string? Stream { get; init; }

    /// <summary>The id of a viewer.</summary>
    public string? Viewer { get; init; }

    /// <summary>Of a viewer, as much of it as the log shows too; null: nothing.</summary>
    public string? Address { get; init; }

    /// <summary>Of a viewer: udp, tcp, http, tls, live.</summary>
    public string? Way { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }
}
