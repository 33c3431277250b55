namespace FastRtspProxy.Engine.Counters;

/// <summary>What a send to UDP viewers was refused for; see send(2), udp(7).</summary>
internal enum SendError
{
    /// <summary>The socket's buffer is full.</summary>
    Again,

    /// <summary>The device's queue is full.</summary>
    NoBuffers,

    /// <summary>Longer than the path takes.</summary>
    MessageSize,
    ConnectionRefused,

    /// <summary>There is no way to the host, or to its network.</summary>
    Unreachable,
    Other,
}
