using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Where viewers connect by TLS, and what they are shown there.</summary>
internal sealed record RtspsConfig
{
    /// <summary>Tried in this order; the first that can be had is used. Empty: nobody speaks TLS with viewers.</summary>
    public ValueList<ListenPoint> Listen { get; init; } = [];

    /// <summary>The first is for viewers that name none of the others.</summary>
    public ValueList<CertificateConfig> Certificates { get; init; } = [];

    public TlsVersion MinVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>With the paths that are relative beginning in this folder.</summary>
    public RtspsConfig Beside(string folder) => this with
    {
        Certificates =
        [
            .. Certificates.Select(pair => pair with
            {
                Certificate = pair.Certificate.Length > 0 ? Path.Combine(folder, pair.Certificate) : "", // one that is missing is told by its key
                Key = pair.Key is { } key ? Path.Combine(folder, key) : null,
            }),
        ],
    };
}
