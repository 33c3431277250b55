namespace FastRtspProxy.Engine.Frontend;

/// <summary>What can happen to a session.</summary>
internal enum SessionEvent
{
    /// <summary>A SETUP of a track that is not being sent.</summary>
    Setup,

    /// <summary>A PLAY that asks for at least one track that is not being sent.</summary>
    Play,

    /// <summary>The mount let the session play.</summary>
    Granted,

    /// <summary>The mount refused.</summary>
    Refused,

    /// <summary>A PAUSE of everything that is being sent.</summary>
    Pause,

    /// <summary>TEARDOWN, expiry, the end of the connection or of the mount.</summary>
    End,
}
