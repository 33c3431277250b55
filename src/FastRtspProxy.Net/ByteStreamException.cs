namespace FastRtspProxy.Net;

/// <summary>Why a connection could not be made.</summary>
internal enum ConnectFailure
{
    /// <summary>The name has no address.</summary>
    NameNotFound,

    /// <summary>Somebody answered no.</summary>
    Refused,

    /// <summary>Nobody answered in time.</summary>
    TimedOut,

    /// <summary>No way there.</summary>
    Unreachable,

    /// <summary>The owner does not want connections there.</summary>
    NotAllowed,

    /// <summary>TLS: the certificate is not trusted, or for another name.</summary>
    CertificateRefused,

    /// <summary>TLS: no agreement.</summary>
    TlsFailed,

    /// <summary>The HTTP tunnel was answered with something else than 200.</summary>
    TunnelRefused,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A connection could not be made; the message is for the user and names the host.</summary>
internal sealed class ByteStreamException(ConnectFailure kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ConnectFailure Kind => kind;
}
