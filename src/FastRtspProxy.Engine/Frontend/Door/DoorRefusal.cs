namespace FastRtspProxy.Engine.Frontend;

/// <summary>Why a connection did not come through the door.</summary>
internal enum DoorRefusal
{
    None = 0,

    /// <summary>A configured balancer's, and what it began with is no PROXY header.</summary>
    NoHeader,

    /// <summary>A configured balancer's, with a PROXY header that is not right.</summary>
    BadHeader,

    /// <summary>A configured balancer's, closed by it in the middle of the header.</summary>
    CutHeader,

    /// <summary>
    /// Closed or reset by its peer in the door, a balancer's before its first byte: what a check of the port does. Nobody is told of it.
    /// </summary>
    Silent,

    /// <summary>A configured balancer's, whose header was not whole in time.</summary>
    LateHeader,

    /// <summary>As many wait in the door as may, and it was the oldest of them.</summary>
    Crowded,

    /// <summary>From an address that is not a configured balancer's, with a PROXY header.</summary>
    StrangeHeader,

    /// <summary>A second PROXY header behind the first.</summary>
    SecondHeader,

    /// <summary>To a port of rtsps, and it does not begin with a TLS handshake.</summary>
    PlainText,

    /// <summary>To a port without TLS, and it begins with a TLS handshake.</summary>
    TlsInTheClear,

    /// <summary>The TLS handshake found nothing to agree on, or the client does not trust the certificate, or breaks the protocol.</summary>
    BadHandshake,

    /// <summary>The TLS handshake was not done in time.</summary>
    LateHandshake,

    /// <summary>We ended its TLS handshake, because another connection had its place. Nobody is told of it.</summary>
    MadeRoom,

    /// <summary>We ended its TLS handshake, because the proxy stops. Nobody is told of it.</summary>
    Stopping,
}
