namespace FastRtspProxy.Engine.Delivery;

/// <summary>What is done about a message that the kernel refused.</summary>
internal enum UdpRefusalStep
{
    /// <summary>The socket, or its device, has no room: later.</summary>
    Wait,

    /// <summary>Send it again as it is.</summary>
    Again,

    /// <summary>Read the error queue, whatever is there, and send it again.</summary>
    DrainAndAgain,

    /// <summary>
    /// Send it again if the error queue held something: it was an earlier datagram's error, reported with this innocent message (IP_RECVERR, ip(7)).
    /// </summary>
    AgainIfDrained,

    /// <summary>Its destination gets plain datagrams from now on.</summary>
    Plain,

    /// <summary>A packet filter refuses the destination, or a policy only the segments: what plain datagrams meet tells which.</summary>
    TryPlain,

    /// <summary>This message is lost.</summary>
    GiveUp,
}
