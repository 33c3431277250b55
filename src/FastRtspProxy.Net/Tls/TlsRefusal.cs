namespace FastRtspProxy.Net.Tls;

/// <summary>Why a connection to a TLS port came to nothing.</summary>
internal enum TlsRefusal
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>It is no TLS: RTSP in the clear, a port scan.</summary>
    PlainText,

    /// <summary>It begins with a PROXY header, where none is taken.</summary>
    ProxyHeader,

    /// <summary>The handshake was not done in time.</summary>
    TimedOut,

    /// <summary>The two found nothing to agree on, or the peer does not trust the certificate, or breaks the protocol.</summary>
    Failed,

    /// <summary>The peer went away before the first byte of its handshake.</summary>
    PeerClosed,

    /// <summary>We ended it: its place was given to another connection.</summary>
    MadeRoom,

    /// <summary>We ended it: the server stops.</summary>
    Stopping,
}
