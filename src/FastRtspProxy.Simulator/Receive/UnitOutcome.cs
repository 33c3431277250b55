namespace FastRtspProxy.Simulator.Receive;

/// <summary>What became of an access unit.</summary>
internal enum UnitOutcome : byte
{
    /// <summary>No message of a simulated camera in it: nothing to compare with.</summary>
    Unstamped,

    /// <summary>Stamped; its checksum was not asked for.</summary>
    Stamped,

    /// <summary>Number and checksum of its NAL units are the camera's.</summary>
    Verified,

    /// <summary>Packets of it are missing, or came in another order.</summary>
    Incomplete,

    /// <summary>All packets are there, one of them shorter than its neighbours, and the checksum is not the camera's.</summary>
    Truncated,

    /// <summary>All packets are there, and the checksum is not the camera's.</summary>
    Corrupt,
}
