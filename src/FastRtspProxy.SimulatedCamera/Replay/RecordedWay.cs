namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>How a SETUP wants its media.</summary>
internal enum RecordedWay
{
    /// <summary>It is no SETUP, or does not say.</summary>
    None,
    Udp,
    Multicast,
    Tcp,
}
