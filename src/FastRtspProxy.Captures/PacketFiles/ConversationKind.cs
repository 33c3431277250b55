namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>What a TCP connection is.</summary>
internal enum ConversationKind
{
    /// <summary>Nothing was seen that would say it.</summary>
    Unknown,

    Rtsp,

    /// <summary>What the camera sends through HTTP.</summary>
    TunnelGet,

    /// <summary>What the client sends through HTTP.</summary>
    TunnelPost,

    /// <summary>None of ours, or encrypted.</summary>
    Other,
}
