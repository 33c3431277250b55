namespace FastRtspProxy.Simulator.Load;

/// <summary>How a client gets its media.</summary>
internal enum ClientTransport : byte
{
    Udp,

    /// <summary>Interleaved in the RTSP connection.</summary>
    Tcp,

    /// <summary>Interleaved in an HTTP tunnel: two connections, GET and POST.</summary>
    Http,

    /// <summary>From the stream's multicast group, by a socket that the clients of an event loop share.</summary>
    Multicast,
}
