using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>rtsps</c>.</summary>
internal static class RtspsKeys
{
    private static readonly ConfigShape<CertificateConfig> s_certificate = new(
        new CertificateConfig(),
        new ValueKey<CertificateConfig, string>(
            "certificate", ConfigTypes.File, static c => c.Certificate, static (c, v) => c with { Certificate = v })
        {
            Text = "PEM: the certificate, and behind it those of the authorities between it and a root (certbot: fullchain.pem)",
            IsRequired = true,
            Option = new("--certificate")
            {
                Text = "with --rtsps: the certificate that viewers are shown, a PEM file with its chain; another file is taken while the proxy runs",
                DefaultText = "none",
            },
            Sample = "/etc/letsencrypt/live/cameras.example/fullchain.pem",
        },
        new ValueKey<CertificateConfig, string?>("key", ConfigTypes.FileOrNull, static c => c.Key, static (c, v) => c with { Key = v })
        {
            Text = "PEM: its private key, RSA or ECDSA, without a passphrase (certbot: privkey.pem)",
            DefaultWords = "in the file of the certificate",
            Option = new("--key") { Text = "with --certificate: the PEM file with its private key, without a passphrase" },
            Sample = "/etc/letsencrypt/live/cameras.example/privkey.pem",
        });

    public static ConfigShape<RtspsConfig> Shape { get; } = new(
        new RtspsConfig(),
        new ValuesKey<RtspsConfig, ListenPoint>("listen", ConfigTypes.ListenPoint, static c => c.Listen, static (c, v) => c with { Listen = v })
        {
            Text = "where viewers connect by TLS (rtsps://): the first that can be had; at the address of rtsp.listen",
            DefaultWords = "off",
            Option = new("--rtsps")
            {
                ValueName = "PORT",
                Text = "also listen on this port for viewers that come by TLS (rtsps://; 322 is the usual one); needs --certificate",
            },
            Sample = "[\":322\", \":8322\"]",
        },
        new SectionsKey<RtspsConfig, CertificateConfig>(
            "certificates", s_certificate, static () => new CertificateConfig(), static c => c.Certificate, static c => c.Certificates,
            static (c, v) => c with { Certificates = v })
        {
            Text = "what viewers are shown there: the certificate with the name that they ask for (SNI), else the first; files are read again "
                + "when they change",
        },
        new ValueKey<RtspsConfig, TlsVersion>(
            "minVersion", ConfigTypes.Word("VERSION", "the versions", ("tls12", TlsVersion.Tls12), ("tls13", TlsVersion.Tls13)),
            static c => c.MinVersion, static (c, v) => c with { MinVersion = v })
        {
            Text = "the oldest version of TLS that is spoken with viewers",
        });
}
