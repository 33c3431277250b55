namespace FastRtspProxy.Engine.Counters;

/// <summary>By which way a viewer's media goes to it.</summary>
internal enum ViewerWay
{
    Udp,

    /// <summary>Interleaved in an RTSP connection in the clear.</summary>
    Tcp,

    /// <summary>In an HTTP tunnel in the clear.</summary>
    Http,

    /// <summary>Interleaved in a connection with TLS, or in a tunnel or a WebSocket in one.</summary>
    Tls,

    /// <summary>In a WebSocket in the clear.</summary>
    WebSocket,

    /// <summary>To a page that shows the live picture.</summary>
    Live,

    /// <summary>To the stream's multicast group, once for all who listen there.</summary>
    Multicast,
}
