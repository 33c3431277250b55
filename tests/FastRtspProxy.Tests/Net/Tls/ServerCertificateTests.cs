using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    /// <summary>Made once: that takes long.</summary>
    private static readonly RSA s_rsa = RSA.Create(2048);

    private readonly CertificateFolder _folder = new();

    /// <summary>Each kind of file that users have instead of the right one, and what they are told: the file, and what to do.</summary>
    public static TheoryData<string, string, string> Refusals => new()
    {
        { "missing", "certificate file \"{c}\" does not exist", "correct its name" },
        { "missing key", "key file \"{k}\" does not exist", "correct its name" },
        { "directory", "certificate file \"{c}\" is a directory", "name the file in it" },
        { "empty", "certificate file \"{c}\" is empty", "being written" },
        { "large", "certificate file \"{c}\" is larger than 1 MiB", "name another one" },
        { "DER", "certificate file \"{c}\" is binary", "openssl x509" },
        { "PKCS #12", "certificate file \"{c}\" is binary", "openssl pkcs12" },
        { "text", "certificate file \"{c}\" is not PEM", "name the certificate's file" },
        { "key as certificate", "certificate file \"{c}\" has a private key and no certificate", "name the certificate's file" },
        { "request", "certificate file \"{c}\" has a request", "that the authority gave" },
        { "public key", "certificate file \"{c}\" has no certificate", "name the certificate's file" },
        { "half", "certificate file \"{c}\" is cut off", "being written" },
        { "half chain", "certificate file \"{c}\" is cut off", "being written" },
        { "half key", "key file \"{k}\" is cut off", "being written" },
        { "no Base64", "certificate file \"{c}\" is damaged", "copy it again" },
        { "no certificate inside", "certificate file \"{c}\" is damaged: certificate 1", "copy it again" },
        { "no key", "certificate file \"{c}\" has no private key", "(key, --key)" },
        { "certificate as key", "key file \"{k}\" has a certificate and no private key", "name the private key's file" },
        { "text as key", "key file \"{k}\" is not PEM", "name the private key's file" },
        { "broken key", "key file \"{k}\" has a private key that is damaged", "RSA nor ECDSA" },
        { "Ed25519", "key file \"{k}\" has a private key that is damaged or neither RSA nor ECDSA", "can be used" },
        { "encrypted", "key file \"{k}\" has an encrypted private key", "openssl pkey -in {k}" },
        { "old encrypted", "key file \"{k}\" has an encrypted private key", "openssl pkey -in {k}" },
        { "other key", "certificate file \"{c}\" does not fit the key in \"{k}\"", "name the key that it was made with" },
        { "other kind of key", "certificate file \"{c}\" does not fit the key in \"{k}\"", "name the key that it was made with" },
        { "other key inside", "certificate file \"{c}\" does not fit the key in it", "name the key that it was made with" },
        { "short", "key file \"{k}\" has an RSA key of 1024 bits", "make one of 2048" },
        { "expired", "certificate file \"{c}\" has expired", "renew it" },
        { "not yet", "certificate file \"{c}\" is not valid before", "clock of this machine" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Load_FilesOfAnotherKind_NamesTheFileAndTheRemedy(string what, string problem, string remedy)
    {
        CertificateFiles files = FilesOf(what);
        string Real(string text) => text.Replace("{c}", files.Certificate, StringComparison.Ordinal).Replace("{k}", files.KeyFile, StringComparison.Ordinal);

        CertificateException refused = Assert.Throws<CertificateException>(() => ServerCertificate.Load(files).CheckTime(DateTimeOffset.UtcNow));

        Assert.StartsWith("the " + Real(problem), refused.Message, StringComparison.Ordinal);
        Assert.Contains(Real(remedy), refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        AssertSaysNothingOf(files.KeyFile, refused.Message);
    }

    public static TheoryData<string> KeyForms => ["RSA PRIVATE KEY", "EC PRIVATE KEY", "PKCS #8 RSA", "PKCS #8 ECDSA", "P-384", "with parameters", "in one file", "key first"];

    [Theory]
    [MemberData(nameof(KeyForms))]
    public void Load_KeysAsToolsWriteThem_AreTaken(string form)
    {
        using RSA rsa = RSA.Create(s_rsa.ExportParameters(includePrivateParameters: true));
        using ECDsa elliptic = ECDsa.Create(form == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        AsymmetricAlgorithm key = form.Contains("RSA", StringComparison.Ordinal) ? rsa : elliptic;
        string keyText = form switch
        {
            "RSA PRIVATE KEY" => rsa.ExportRSAPrivateKeyPem(),
            "EC PRIVATE KEY" => elliptic.ExportECPrivateKeyPem(),
            "with parameters" => "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + elliptic.ExportECPrivateKeyPem(),
            _ => key.ExportPkcs8PrivateKeyPem(),
        };
        string certificate = _folder.Make(["a.example"], key).Certificate;
        CertificateFiles files = form switch
        {
            "in one file" => new CertificateFiles(_folder.Write("both.pem", certificate + keyText), null),
            "key first" => new CertificateFiles(_folder.Write("both.pem", keyText + "\n" + certificate), null),
            _ => new CertificateFiles(_folder.Write("c.pem", certificate), _folder.Write("k.pem", keyText)),
        };

        ServerCertificate loaded = ServerCertificate.Load(files);

        Assert.True(loaded.Context.TargetCertificate.HasPrivateKey);
        Assert.Equal(["a.example"], loaded.State.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_Chain_IsSentWithoutTheRootWhateverItsOrder(bool isLeafLast)
    {
        (string leaf, string middle, string key, X509Certificate2 root) = _folder.MakeChain("a.example");
        using X509Certificate2 ofRoot = root;
        string chain = isLeafLast ? root.ExportCertificatePem() + "\n" + middle + leaf : leaf + middle + root.ExportCertificatePem() + "\n";

        ServerCertificate loaded = ServerCertificate.Load(new CertificateFiles(_folder.Write("c.pem", chain), _folder.Write("k.pem", key)));

        Assert.Equal("CN=a.example", loaded.Context.TargetCertificate.Subject);
        Assert.Equal("CN=Test intermediate", Assert.Single(loaded.Context.IntermediateCertificates).Subject);
    }

    [Fact]
    public void Load_CertificateWithoutAlternativeNames_IsKnownByItsSubject()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = new CertificateRequest("O=Us, CN=Old.Example", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        string path = _folder.Write("c.pem", made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());

        Assert.Equal(["old.example"], ServerCertificate.Load(new CertificateFiles(path, null)).State.Names);
    }

    public void Dispose() => _folder.Dispose();

    private CertificateFiles FilesOf(string what)
    {
        (string certificate, string key) = _folder.Make(["a.example"]);
        CertificateFiles Two(string first, string second) => new(_folder.Write("c.pem", first), _folder.Write("k.pem", second));
        CertificateFiles One(string text) => new(_folder.Write("c.pem", text), null);
        RSA rsa = s_rsa;
        PbeParameters pbe = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10);
        switch (what)
        {
            case "missing":
                return new CertificateFiles(Path.Combine(_folder.Path, "none.pem"), null);
            case "missing key":
                return new CertificateFiles(_folder.Write("c.pem", certificate), Path.Combine(_folder.Path, "none.pem"));
            case "directory":
                return new CertificateFiles(_folder.Path, null);
            case "empty":
                return One("");
            case "large":
                return One(new string('x', 2 << 20));
            case "DER":
            case "PKCS #12":
                using (X509Certificate2 made = X509Certificate2.CreateFromPem(certificate, key))
                {
                    string path = _folder.Write("c.pem", "");
                    File.WriteAllBytes(path, made.Export(what == "DER" ? X509ContentType.Cert : X509ContentType.Pfx));
                    return new CertificateFiles(path, null);
                }

            case "text":
                return One("This is the certificate.\n");
            case "key as certificate":
                return Two(key, certificate);
            case "request":
                return Two(new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem(), key);
            case "public key":
                return Two(rsa.ExportSubjectPublicKeyInfoPem(), key);
            case "half":
                return Two(certificate[..(certificate.Length / 2)], key);
            case "half chain":
                return Two(certificate + certificate[..(certificate.Length / 2)], key);
            case "half key":
                return Two(certificate, key[..(key.Length / 2)]);
            case "no Base64":
                return Two(certificate.Replace("MII", "M%I", StringComparison.Ordinal), key);
            case "no certificate inside":
                return Two("-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJ\n-----END CERTIFICATE-----\n", key);
            case "no key":
                return One(certificate);
            case "certificate as key":
                return Two(certificate, certificate);
            case "text as key":
                return Two(certificate, "This is the key.\n");
            case "broken key":
                return Two(certificate, "-----BEGIN PRIVATE KEY-----\nAQIDBAUGBwgJ\n-----END PRIVATE KEY-----\n");
            case "Ed25519": // RFC 8410, 10.3
                return Two(certificate, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n");
            case "encrypted":
                return Two(certificate, rsa.ExportEncryptedPkcs8PrivateKeyPem("s3cret", pbe));
            case "old encrypted":
                return Two(certificate, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAQID\n-----END RSA PRIVATE KEY-----\n");
            case "other key":
                return Two(certificate, _folder.Make(["a.example"]).Key);
            case "other kind of key":
                return Two(certificate, rsa.ExportRSAPrivateKeyPem());
            case "other key inside":
                return One(certificate + rsa.ExportPkcs8PrivateKeyPem());
            case "short":
                (certificate, key) = _folder.Make(["a.example"], RSA.Create(1024));
                return Two(certificate, key);
            case "expired":
                (certificate, key) = _folder.Make(["a.example"], days: -1, begin: -30);
                return Two(certificate, key);
            case "not yet":
                (certificate, key) = _folder.Make(["a.example"], begin: 1);
                return Two(certificate, key);
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }
    }

    /// <summary>Not a line, nor a piece of a line, of what stands in the key's file.</summary>
    private static void AssertSaysNothingOf(string file, string message)
    {
        if (File.Exists(file))
        {
            Assert.All(
                File.ReadAllLines(file).Where(static line => line.Length >= 8 && !line.StartsWith("-----", StringComparison.Ordinal) && line.Length < 100),
                line => Assert.DoesNotContain(line[..8], message, StringComparison.Ordinal));
        }
    }
}
