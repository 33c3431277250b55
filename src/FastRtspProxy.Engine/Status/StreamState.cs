namespace FastRtspProxy.Engine.Status;

/// <summary>Where a stream stands; the table of moves is the mounts' own.</summary>
public enum StreamState
{
    /// <summary>Made, not started; who asks from outside is told <see cref="Opening"/>.</summary>
    New,

    /// <summary>The camera is being connected and described; nobody waits for its return.</summary>
    Opening,

    /// <summary>The camera cannot be had, or was lost, and nobody is held; another attempt follows.</summary>
    Down,

    /// <summary>Described; the camera does not play, and when it was let go there is no connection to it either.</summary>
    Ready,

    /// <summary>SETUPs and PLAY are on their way.</summary>
    Starting,

    /// <summary>The camera plays.</summary>
    Playing,

    /// <summary>The camera plays though the last viewer has gone.</summary>
    Lingering,

    /// <summary>The camera keeps the session, paused or about to be.</summary>
    Resting,

    /// <summary>The camera was lost; its viewers are held, attempts go on.</summary>
    Holding,

    /// <summary>The end: the stream was removed.</summary>
    Stopped,
}
