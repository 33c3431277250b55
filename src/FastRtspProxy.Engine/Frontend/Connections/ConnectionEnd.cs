namespace FastRtspProxy.Engine.Frontend;

/// <summary>Why a client's connection was closed; the first cause wins. 1x: the client, 3x: ourselves.</summary>
internal enum ConnectionEnd
{
    /// <summary>Still open.</summary>
    None = 0,

    /// <summary>The client closed it, or the network did.</summary>
    PeerClosed = 10,

    /// <summary>What it sent is no RTSP.</summary>
    Malformed = 11,

    /// <summary>It began a request and did not finish it.</summary>
    HalfRequest = 12,

    /// <summary>It has no session and says nothing.</summary>
    Idle = 13,

    /// <summary>It does not take our answers.</summary>
    NotReading = 14,

    /// <summary>The answer said so: a bad tunnel request, a client that may not come in.</summary>
    Refused = 15,

    /// <summary>It has no session and sends frames on channels that nobody set up.</summary>
    StrayFrames = 16,

    /// <summary>It held most when the budget for input and answers was used up.</summary>
    OverBudget = 17,

    /// <summary>It sent a PROXY header where none is taken: from elsewhere, or behind the first.</summary>
    StrangeHeader = 18,

    /// <summary>It speaks TLS on a port without it.</summary>
    TlsInTheClear = 19,

    /// <summary>The connection became something else: a registered back-end's.</summary>
    HandedOver = 30,

    /// <summary>The proxy stops.</summary>
    Stopping = 31,

    /// <summary>It had no session that was played, and its place was needed.</summary>
    MadeRoom = 34,

    /// <summary>Our own mistake; the log has it.</summary>
    Failed = 32,
}
