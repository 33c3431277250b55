namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How the certificate of an rtsps camera is checked.</summary>
internal sealed record CameraTlsConfig
{
    public bool Verify { get; init; } = true;

    /// <summary>SHA-256 of the one certificate that is taken, in small hexadecimal digits; null: any that a known authority signed.</summary>
    public string? Fingerprint { get; init; }
}
