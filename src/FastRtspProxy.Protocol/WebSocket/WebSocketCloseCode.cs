namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>Why a WebSocket is closed, as it is said to the other side (RFC 6455 section 7.4.1).</summary>
public enum WebSocketCloseCode
{
    /// <summary>Nothing was said; never sent.</summary>
    None = 0,
    Normal = 1000,

    /// <summary>The server stops.</summary>
    GoingAway = 1001,

    /// <summary>What came breaks the protocol of WebSockets.</summary>
    ProtocolError = 1002,

    /// <summary>A text message, where only binary ones have a meaning.</summary>
    UnsupportedData = 1003,

    /// <summary>What the message has inside is not what it should be.</summary>
    InvalidPayload = 1007,

    /// <summary>A rule of ours ends it.</summary>
    PolicyViolation = 1008,
    MessageTooBig = 1009,

    /// <summary>A mistake of the server.</summary>
    InternalError = 1011,

    /// <summary>The server has no room now.</summary>
    TryAgainLater = 1013,
}
