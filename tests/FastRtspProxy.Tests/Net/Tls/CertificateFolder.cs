using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>A folder with certificates and keys that are made for a test.</summary>
internal sealed class CertificateFolder : IDisposable
{
    private readonly DateTimeOffset _now;

    /// <param name="now">Certificates are valid from a day before on.</param>
    public CertificateFolder(DateTimeOffset? now = null) => _now = now ?? DateTimeOffset.UtcNow;

    public string Path { get; } = Directory.CreateTempSubdirectory("fastrtspproxy-certificates-").FullName;

    /// <summary>The PEM of a certificate that is signed by itself, and that of its key.</summary>
    /// <param name="names">Its DNS names; the first is its subject's as well.</param>
    /// <param name="key">ECDSA where there is none: it is made at once.</param>
    /// <param name="days">How long it is valid from now on.</param>
    /// <param name="begin">Days from now to its first one.</param>
    public (string Certificate, string Key) Make(string[] names, AsymmetricAlgorithm? key = null, double days = 90, double begin = -1)
    {
        using AsymmetricAlgorithm own = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = Request(names, own).CreateSelfSigned(_now.AddDays(begin), _now.AddDays(days));
        return (made.ExportCertificatePem() + "\n", own.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>A certificate by an intermediate authority, and that authority's own behind it, as certbot's fullchain.pem.</summary>
    public (string Certificate, string Intermediate, string Key, X509Certificate2 Root) MakeChain(string name)
    {
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 root = Authority("CN=Test root", rootKey).CreateSelfSigned(_now.AddDays(-2), _now.AddDays(400));
        using ECDsa middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 middle = Authority("CN=Test intermediate", middleKey).Create(root, _now.AddDays(-2), _now.AddDays(300), [1, 2, 3]);
        using X509Certificate2 signing = middle.CopyWithPrivateKey(middleKey);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = Request([name], key).Create(
            signing.SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), _now.AddDays(-1), _now.AddDays(90), [4, 5, 6]);
        return (leaf.ExportCertificatePem() + "\n", middle.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", root);
    }

    /// <summary>Writes a file in place, and gives its path.</summary>
    public string Write(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes another file and renames it over the one of this name.</summary>
    public string Replace(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.Move(Write(name + ".new", text), path, overwrite: true);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static CertificateRequest Request(string[] names, AsymmetricAlgorithm key)
    {
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest($"CN={names[0]}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={names[0]}", (ECDsa)key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request;
    }

    private static CertificateRequest Authority(string subject, ECDsa key)
    {
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request;
    }
}
