namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>RTSP over WebSocket, on the ports of RTSP and of rtsps.</summary>
internal sealed record WebSocketConfig
{
    public bool Enabled { get; init; }

    /// <summary>Pages of other servers that may.</summary>
    public ValueList<string> AllowOrigins { get; init; } = [];
}
