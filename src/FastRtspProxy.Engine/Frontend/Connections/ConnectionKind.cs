namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a viewer's connection is, as it is counted.</summary>
internal enum ConnectionKind
{
    /// <summary>In the clear.</summary>
    Tcp,
    Tls,

    /// <summary>The GET of an HTTP tunnel, with TLS or without.</summary>
    Http,

    /// <summary>RTSP over WebSocket, with TLS or without.</summary>
    WebSocket,
}
