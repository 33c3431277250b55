namespace FastRtspProxy.Simulator.Load;

/// <summary>Where a client is. Order matters: a client only moves on.</summary>
internal enum ClientState : byte
{
    Connecting,

    /// <summary>From DESCRIBE to the answer of PLAY.</summary>
    Negotiating,

    /// <summary>PLAY was answered; no packet yet.</summary>
    Waiting,

    /// <summary>It has received media.</summary>
    Playing,

    /// <summary>TEARDOWN was sent.</summary>
    Leaving,

    /// <summary>Left as it was told to.</summary>
    Done,

    /// <summary>Ended by an error, which was counted by kind.</summary>
    Failed,
}
