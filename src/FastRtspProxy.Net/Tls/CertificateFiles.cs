namespace FastRtspProxy.Net.Tls;

/// <summary>The files of a certificate for viewers and of its private key, both PEM.</summary>
/// <param name="Certificate">The certificate, and behind it those of the authorities between it and a root.</param>
/// <param name="Key">The private key; null: it is in the file of the certificate.</param>
public sealed record CertificateFiles(string Certificate, string? Key)
{
    /// <summary>Where the private key is.</summary>
    internal string KeyFile => Key ?? Certificate;
}
