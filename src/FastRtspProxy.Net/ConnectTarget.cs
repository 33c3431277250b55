using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.Net;

/// <summary>Where a connection goes.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port.</param>
internal sealed record ConnectTarget(string Host, int Port)
{
    /// <summary>Host and port, for a sentence.</summary>
    public string Shown => AddressText.WithPort(Host, Port);

    /// <summary>Who looks the name up.</summary>
    public NameLookup Names { get; init; } = NameLookup.Cameras;

    /// <summary>Addresses that must not be connected to, asked for what the name resolves to now; null: none.</summary>
    public Func<IPAddress, bool>? Refuses { get; init; }

    /// <summary>What is said to the user when all addresses are refused: why, and what helps.</summary>
    public string Refusal { get; init; } = "that is not allowed";

    /// <summary>
    /// Over TLS: the one certificate that is taken, whoever signed it, by the SHA-256 of its DER, in small hexadecimal digits; null: what this
    /// machine trusts.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Over TLS: whose certificates are taken; null: those of the authorities that this machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The class of the connection's packets (<see cref="SocketSetup.SetTrafficClass"/>); null: as the system does.</summary>
    public int? Dscp { get; init; }

    /// <summary>The address of the last connection to this host, for when its name takes long; null: none is known.</summary>
    public IPAddress? LastAddress { get; init; }
}
