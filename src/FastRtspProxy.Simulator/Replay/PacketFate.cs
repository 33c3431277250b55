namespace FastRtspProxy.Simulator.Replay;

/// <summary>What became of a packet of the camera on its way through a server.</summary>
internal enum PacketFate
{
    /// <summary>The client got it as it was, but for the numbers that are each server's own.</summary>
    Delivered,

    /// <summary>It was sent before the first packet that the client got: the server lets clients begin where it sees fit.</summary>
    BeforeJoin,

    /// <summary>The client got it with another payload, type or marker.</summary>
    Changed,

    /// <summary>The client got packets before and behind it.</summary>
    Missing,

    /// <summary>It was sent behind the last packet that the client got.</summary>
    AfterEnd,
}
