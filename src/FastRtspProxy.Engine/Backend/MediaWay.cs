namespace FastRtspProxy.Engine.Backend;

/// <summary>How a camera's media can come to us, in the order in which the ways are tried.</summary>
internal enum MediaWay
{
    /// <summary>To the group that the description names; a track without one comes over UDP.</summary>
    Multicast,

    /// <summary>To a pair of ports of ours.</summary>
    Udp,

    /// <summary>Interleaved in the RTSP connection.</summary>
    Tcp,
}
