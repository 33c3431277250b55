namespace FastRtspProxy.Engine.Delivery;

/// <summary>Where a TCP viewer stands.</summary>
internal enum TcpViewerState
{
    /// <summary>Not (or no longer) in a fan-out.</summary>
    Out,

    /// <summary>Gets every batch with its class.</summary>
    InStep,

    /// <summary>Has packets to catch up with, and its connection takes them.</summary>
    Behind,

    /// <summary>Its connection takes nothing now.</summary>
    Parked,
}
