using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A certificate for viewers.</summary>
internal sealed record CertificateConfig
{
    /// <inheritdoc cref="CertificateFiles.Certificate"/>
    public string Certificate { get; init; } = "";

    /// <inheritdoc cref="CertificateFiles.Key"/>
    public string? Key { get; init; }

    /// <summary>In the words of whoever reads them.</summary>
    public CertificateFiles Files => new(Certificate, Key);
}
