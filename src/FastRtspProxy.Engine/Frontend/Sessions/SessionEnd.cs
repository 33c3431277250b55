namespace FastRtspProxy.Engine.Frontend;

/// <summary>Why a session ended; the first cause wins. 1x: the client, 2x: the mount, 3x: ourselves.</summary>
internal enum SessionEnd
{
    /// <summary>It has not ended.</summary>
    None = 0,

    /// <summary>TEARDOWN.</summary>
    Teardown = 10,

    /// <summary>The connection that carries its media was closed.</summary>
    ConnectionClosed = 11,

    /// <summary>No sign of life for the session time-out.</summary>
    Expired = 12,

    /// <summary>The client's host says that nobody listens at its RTP ports, and nothing else was heard of it.</summary>
    Unreachable = 13,

    /// <summary>Its client's host began another session at the same UDP address, and nothing was heard of this one any more.</summary>
    Replaced = 15,

    /// <summary>The back-end was lost for longer than the hold.</summary>
    MountLost = 20,

    /// <summary>The back-end came back with another description.</summary>
    MountChanged = 21,

    /// <summary>The mount was removed.</summary>
    MountRemoved = 22,

    /// <summary>The back-end's programme, a file or a recording, was played to its end.</summary>
    ProgrammeEnded = 23,

    /// <summary>The proxy stops.</summary>
    Stopping = 30,

    /// <summary>It was never played, and its place was needed.</summary>
    MadeRoom = 31,

    /// <summary>Other rules took away the right that it was let in by.</summary>
    Revoked = 32,

    /// <summary>An operator ended it.</summary>
    Kicked = 33,
}
