using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net.Tls;

/// <summary>A certificate with its key and its chain, ready to be shown to viewers. Immutable; any thread.</summary>
internal sealed class ServerCertificate
{
    /// <summary>What OpenSSL asks for at its security level 2, as Debian and Red Hat set it: with less every handshake would fail.</summary>
    private const int RsaBitsMin = 2048;

    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EllipticOid = "1.2.840.10045.2.1";

    private ServerCertificate(CertificateFiles files, X509Certificate2 leaf, SslStreamCertificateContext context, IReadOnlyList<string> names)
    {
        Files = files;
        Context = context;
        Fingerprint = leaf.GetCertHashString(HashAlgorithmName.SHA256);
        NotBefore = new DateTimeOffset(leaf.NotBefore.ToUniversalTime());
        State = new CertificateState(names, files.Certificate, new DateTimeOffset(leaf.NotAfter.ToUniversalTime()));
    }

    /// <summary>Where it was read.</summary>
    public CertificateFiles Files { get; }

    /// <summary>With the chain that is sent, made once: no handshake builds one.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>SHA-256: another one is another certificate.</summary>
    public string Fingerprint { get; }

    /// <summary>The first moment at which it is valid.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <inheritdoc cref="CertificateState"/>
    public CertificateState State { get; }

    /// <summary>Reads both files; on a thread that may wait for them.</summary>
    /// <exception cref="CertificateException">It cannot be shown to viewers.</exception>
    public static ServerCertificate Load(CertificateFiles files)
    {
        using PemFile file = PemFile.Read(files.Certificate, out string? defect)
            ?? throw Refused(files, isOfKey: false, defect!);
        if (files.Key is null)
        {
            return Make(files, file, file);
        }

        using PemFile keyFile = PemFile.Read(files.Key, out defect) ?? throw Refused(files, isOfKey: true, defect!);
        return Make(files, file, keyFile);
    }

    /// <summary>Whether viewers would take it at this moment.</summary>
    /// <exception cref="CertificateException">It has ended, or not yet begun.</exception>
    public void CheckTime(DateTimeOffset now)
    {
        if (now > State.NotAfter)
        {
            throw Refused(Files, isOfKey: false, $"has expired: it was valid until {State.NotAfter:yyyy-MM-dd HH:mm} UTC; renew it");
        }

        if (now < NotBefore)
        {
            throw Refused(
                Files,
                isOfKey: false,
                $"is not valid before {NotBefore:yyyy-MM-dd HH:mm} UTC: correct the clock of this machine, or use another one");
        }
    }

    private static ServerCertificate Make(CertificateFiles files, PemFile certificates, PemFile keys)
    {
        List<X509Certificate2> chain = CertificatesOf(files, certificates);
        PemBlock key = KeyOf(files, keys);
        try
        {
            // The key tells which of them is ours; some authorities put it last.
            X509Certificate2? leaf = null;
            X509Certificate2Collection others = [];
            foreach (X509Certificate2 one in chain)
            {
                if (leaf is null && WithKey(files, one, key) is { } fitting)
                {
                    leaf = fitting;
                }
                else
                {
                    others.Add(one);
                }
            }

            if (leaf is null)
            {
                string both = files.Key is null ? "does not fit the key in it" : $"does not fit the key in \"{Printable.Line(files.KeyFile)}\"";
                throw Refused(files, files.Key is not null, $"{both}: name the key that it was made with", subjectIsCertificate: true);
            }

            string[] names = HostNames.Of(leaf);
            return new ServerCertificate(files, leaf, SslStreamCertificateContext.Create(leaf, others, offline: true), names);
        }
        catch (CryptographicException)
        {
            throw Refused(files, isOfKey: false, "has a certificate that cannot be used: have it made again");
        }
    }

    private static List<X509Certificate2> CertificatesOf(CertificateFiles files, PemFile file)
    {
        List<X509Certificate2> chain = [];
        foreach (PemBlock block in file.Blocks)
        {
            if (!block.IsCertificate)
            {
                continue;
            }

            try
            {
                chain.Add(X509CertificateLoader.LoadCertificate(block.Bytes));
            }
            catch (CryptographicException)
            {
                throw Refused(files, isOfKey: false, $"is damaged: certificate {chain.Count + 1} in it cannot be read; copy it again");
            }
        }

        if (chain.Count > 0)
        {
            return chain;
        }

        throw Refused(files, isOfKey: false, file.Blocks switch
        {
            [] => "is not PEM: no line in it says BEGIN CERTIFICATE; name the certificate's file",
            [{ IsPrivateKey: true }, ..] => "has a private key and no certificate: name the certificate's file",
            [{ Label: "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" }, ..] =>
                "has a request for a certificate: name the file that the authority gave for it",
            _ => "has no certificate: no line in it says BEGIN CERTIFICATE; name the certificate's file",
        });
    }

    private static PemBlock KeyOf(CertificateFiles files, PemFile file)
    {
        foreach (PemBlock block in file.Blocks)
        {
            if (block is { IsPrivateKey: true, IsEncrypted: true })
            {
                throw Refused(
                    files, isOfKey: true,
                    "has an encrypted private key, and nobody is there to type its passphrase: take it off "
                        + $"(openssl pkey -in {Printable.Line(files.KeyFile)} -out NEW; chmod 600 NEW)");
            }

            if (block.IsPrivateKey)
            {
                return block;
            }
        }

        throw Refused(files, isOfKey: true, (files.Key, file.Blocks) switch
        {
            (null, _) => "has no private key: put it there, or name its file (key, --key)",
            (_, []) => "is not PEM: no line in it says BEGIN PRIVATE KEY; name the private key's file",
            (_, [{ IsCertificate: true }, ..]) => "has a certificate and no private key: name the private key's file",
            _ => "has no private key: no line in it says BEGIN PRIVATE KEY; name the private key's file",
        });
    }

    /// <summary>Null: the key is not that of the certificate.</summary>
    private static X509Certificate2? WithKey(CertificateFiles files, X509Certificate2 certificate, PemBlock key)
    {
        AsymmetricAlgorithm? algorithm = AlgorithmOf(key) ?? throw Refused(
            files, isOfKey: true, "has a private key that is damaged or neither RSA nor ECDSA: those two can be used");
        using (algorithm)
        {
            if (algorithm is RSA { KeySize: < RsaBitsMin })
            {
                throw Refused(
                    files,
                    isOfKey: true,
                    $"has an RSA key of {algorithm.KeySize} bits, which players refuse: make one of {RsaBitsMin}, or use ECDSA");
            }

            try
            {
                return (certificate.GetKeyAlgorithm(), algorithm) switch
                {
                    (RsaOid, RSA rsa) => certificate.CopyWithPrivateKey(rsa),
                    (EllipticOid, ECDsa elliptic) => certificate.CopyWithPrivateKey(elliptic),
                    _ => null,
                };
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                return null;
            }
        }
    }

    private static AsymmetricAlgorithm? AlgorithmOf(PemBlock key) => key.Label switch
    {
        "RSA PRIVATE KEY" => Imported(RSA.Create(), key.Bytes, static (rsa, der) => rsa.ImportRSAPrivateKey(der, out _)),
        "EC PRIVATE KEY" => Imported(ECDsa.Create(), key.Bytes, static (elliptic, der) => elliptic.ImportECPrivateKey(der, out _)),
        _ => Imported(RSA.Create(), key.Bytes, static (rsa, der) => rsa.ImportPkcs8PrivateKey(der, out _))
            ?? (AsymmetricAlgorithm?)Imported(ECDsa.Create(), key.Bytes, static (elliptic, der) => elliptic.ImportPkcs8PrivateKey(der, out _)),
    };

    /// <summary>Null: it is no such key.</summary>
    private static T? Imported<T>(T algorithm, byte[] der, Action<T, byte[]> import)
        where T : AsymmetricAlgorithm
    {
        try
        {
            import(algorithm, der);
            return algorithm;
        }
        catch (CryptographicException)
        {
            algorithm.Dispose();
            return null;
        }
    }

    private static CertificateException Refused(CertificateFiles files, bool isOfKey, string rest, bool? subjectIsCertificate = null)
    {
        bool isKeyFile = isOfKey && files.Key is not null && subjectIsCertificate != true;
        string file = isKeyFile ? files.KeyFile : files.Certificate;
        return new CertificateException(files, isOfKey, $"the {(isKeyFile ? "key" : "certificate")} file \"{Printable.Line(file)}\" {rest}");
    }
}
