namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>
/// Everything that a user can say, wherever it was said: in arguments, in the file, by the API. Immutable all through and equal by value, so that
/// two of them can be compared part by part. What a key is called, what it may be and what a change of it does stands in the table (<see
/// cref="Table.RootKeys"/>); here are only the values, with the defaults that the table shows.
/// </summary>
internal sealed record ProxyConfig
{
    public RtspConfig Rtsp { get; init; } = new();

    public RtspsConfig Rtsps { get; init; } = new();

    public HttpConfig Http { get; init; } = new();

    public LogConfig Log { get; init; } = new();

    public LimitsConfig Limits { get; init; } = new();

    public EgressConfig Egress { get; init; } = new();

    public DscpConfig Dscp { get; init; } = new();

    public AuthConfig Auth { get; init; } = new();

    public RegisterConfig Register { get; init; } = new();

    /// <inheritdoc cref="HookConfig"/>
    public ValueList<HookConfig> Hooks { get; init; } = [];

    /// <inheritdoc cref="ClusterConfig"/>
    public ClusterConfig Cluster { get; init; } = new();

    public ShutdownConfig Shutdown { get; init; } = new();

    /// <summary>Event loops; null: one for each core.</summary>
    public int? Threads { get; init; }

    /// <summary>How far apart turns of an event loop are held while many cameras are busy; zero: not at all.</summary>
    public TimeSpan Coalesce { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What a stream is where it does not say otherwise: it is the value that each stream's own keys change.</summary>
    public StreamConfig Defaults { get; init; } = new();

    /// <summary>Where the streams are kept that the API made; null: nowhere, they go with the program.</summary>
    public string? StreamsDirectory { get; init; }

    /// <summary>In the order of the file, then those of the command line and of the API; each holds the defaults already.</summary>
    public ValueList<StreamConfig> Streams { get; init; } = [];
}
