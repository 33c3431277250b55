namespace FastRtspProxy.Engine;

/// <summary>One back-end of a stream that has several, the same scene in each.</summary>
public sealed record SourceOptions
{
    /// <inheritdoc cref="StreamOptions.Url"/>
    public required string Url { get; init; }

    /// <inheritdoc cref="StreamOptions.Credentials"/>
    public Credentials? Credentials { get; init; }

    /// <inheritdoc cref="BackendTransport"/>
    public BackendTransport Transport { get; init; } = BackendTransport.Udp;

    /// <inheritdoc cref="StreamOptions.TunnelPort"/>
    public int TunnelPort { get; init; }

    /// <inheritdoc cref="StreamOptions.InsecureTls"/>
    public bool InsecureTls { get; init; }

    /// <inheritdoc cref="StreamOptions.TlsFingerprint"/>
    public string? TlsFingerprint { get; init; }

    /// <inheritdoc cref="StreamOptions.Dscp"/>
    public int? Dscp { get; init; }

    /// <inheritdoc cref="StreamOptions.AsksForKeyFrames"/>
    public bool? AsksForKeyFrames { get; init; }

    /// <inheritdoc cref="StreamOptions.BackChannel"/>
    public bool BackChannel { get; init; }

    /// <inheritdoc cref="StreamOptions.MayBeProbed"/>
    public bool MayBeProbed { get; init; } = true;

    /// <summary>The URL may hold a password.</summary>
    public override string ToString() => "a source";
}
