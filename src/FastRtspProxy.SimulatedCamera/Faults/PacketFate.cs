namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>What happens to one packet; several at once are possible, a loss beats the others.</summary>
[Flags]
internal enum PacketFate : byte
{
    None = 0,
    Lost = 1,

    /// <summary>Sent behind the packet that follows it.</summary>
    Reordered = 2,
    Duplicated = 4,

    /// <summary>One payload byte is changed.</summary>
    Corrupted = 8,

    /// <summary>The last bytes are missing.</summary>
    Truncated = 16,
}
