namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>What <see cref="WebSocketDecoder.Next"/> found.</summary>
public enum WebSocketStep
{
    /// <summary>Nothing that is whole; nothing was consumed.</summary>
    NeedMore,

    /// <summary>A piece of a binary message, which may be empty.</summary>
    Data,
    Ping,
    Pong,

    /// <summary>The other side closes; its code stands in front of the payload, where it gives one.</summary>
    Close,

    /// <summary><see cref="WebSocketDecoder.Fault"/> says why; nothing that follows can be read.</summary>
    Malformed,
}
