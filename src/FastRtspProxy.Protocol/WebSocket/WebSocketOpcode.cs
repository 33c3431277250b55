namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>What a WebSocket frame is (RFC 6455 section 5.2); the other numbers are nobody's yet.</summary>
public enum WebSocketOpcode
{
    /// <summary>Goes on with the message that the frames before it began.</summary>
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}
