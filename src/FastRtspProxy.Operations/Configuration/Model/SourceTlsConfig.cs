namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How the certificate of one source of several is checked; what it does not say, the stream says.</summary>
internal sealed record SourceTlsConfig
{
    public bool? Verify { get; init; }

    /// <inheritdoc cref="CameraTlsConfig.Fingerprint"/>
    public string? Fingerprint { get; init; }

    /// <summary>With what the stream says.</summary>
    public CameraTlsConfig Over(CameraTlsConfig stream) => this == new SourceTlsConfig()
        ? stream
        : new CameraTlsConfig { Verify = Verify ?? stream.Verify, Fingerprint = Fingerprint };
}
