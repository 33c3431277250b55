namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a mount stands. <see cref="MountStates"/> holds the moves.</summary>
internal enum MountState
{
    /// <summary>Made, not started.</summary>
    New,

    /// <summary>The camera is being connected and described; no client is waiting for its return.</summary>
    Opening,

    /// <summary>The camera could not be reached or was lost, nobody is held; another attempt follows.</summary>
    Down,

    /// <summary>Described; the camera does not play, and when it was let go there is no connection to it either.</summary>
    Ready,

    /// <summary>SETUPs and PLAY are on their way.</summary>
    Starting,

    /// <summary>The camera plays.</summary>
    Playing,

    /// <summary>The camera plays though the last client has gone.</summary>
    Lingering,

    /// <summary>The camera keeps the session, paused or about to be.</summary>
    Resting,

    /// <summary>The camera was lost; clients are held, attempts go on.</summary>
    Holding,

    /// <summary>The end.</summary>
    Stopped,
}
