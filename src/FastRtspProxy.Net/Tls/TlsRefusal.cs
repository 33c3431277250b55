namespace FastRtspProxy.Net.Tls;

/// <summary>Why a connection to a TLS port came to nothing.</summary>
internal enum TlsRefusal
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>It is no TLS: RTSP in the clear, a port scan.</summary>
    PlainText,

    /// <summary>The handshake was not done in time.</summary>
    TimedOut,

    /// <summary>The two found nothing to agree on, or the peer does not trust the certificate, or breaks the protocol.</summary>
    Failed,

    /// <summary>The peer went away before the end of the handshake, or we are stopping.</summary>
    Closed,
}
