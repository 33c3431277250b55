using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A certificate for 127.0.0.1, signed by itself, in a file beside its key.</summary>
public sealed class TestCertificate : IDisposable
{
    public TestCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(WithKey, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(Alone, certificate.ExportCertificatePem() + "\n");
    }

    public string WithKey { get; } = Path.GetTempFileName();

    public string Alone { get; } = Path.GetTempFileName();

    public void Dispose()
    {
        File.Delete(WithKey);
        File.Delete(Alone);
    }
}
