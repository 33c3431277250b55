namespace FastRtspProxy.Net.Tls;

/// <summary>What stands between a BEGIN and its END in a PEM file.</summary>
/// <param name="Label">Behind BEGIN, such as <c>CERTIFICATE</c>.</param>
/// <param name="Bytes">DER; empty when it is encrypted.</param>
/// <param name="IsEncrypted">Without a passphrase nobody can use it.</param>
internal readonly record struct PemBlock(string Label, byte[] Bytes, bool IsEncrypted)
{
    public bool IsCertificate => Label is "CERTIFICATE" or "X509 CERTIFICATE";

    /// <summary>PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) and SEC 1 (RFC 5915), as OpenSSL labels them.</summary>
    public bool IsPrivateKey => Label is "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY";
}
