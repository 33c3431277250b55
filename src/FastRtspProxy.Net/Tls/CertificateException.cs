namespace FastRtspProxy.Net.Tls;

/// <summary>
/// A certificate cannot be shown to viewers. The message begins in lower case with the file's name, says the remedy, and has no word of what is in a
/// key's file.
/// </summary>
internal sealed class CertificateException(CertificateFiles files, bool isOfKey, string message) : Exception(message)
{
    /// <summary>The pair that it is about.</summary>
    public CertificateFiles Files => files;

    /// <summary>The remedy is at the key; else at the certificate.</summary>
    public bool IsOfKey => isOfKey;
}
