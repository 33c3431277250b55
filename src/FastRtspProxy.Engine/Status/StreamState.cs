namespace FastRtspProxy.Engine.Status;

/// <summary>Where a stream stands, for whoever asks from outside.</summary>
public enum StreamState
{
    /// <summary>The camera is being connected and described.</summary>
    Opening,

    /// <summary>The camera cannot be had; another attempt follows. Nobody watches.</summary>
    Down,

    /// <summary>Described; the camera does not play, since nobody watches.</summary>
    Ready,

    /// <summary>The camera is being asked to play.</summary>
    Starting,

    /// <summary>The camera plays, and somebody watches.</summary>
    Playing,

    /// <summary>The camera still plays though the last viewer has gone.</summary>
    Lingering,

    /// <summary>The camera keeps the session, paused.</summary>
    Resting,

    /// <summary>The camera was lost; its viewers are held, attempts go on.</summary>
    Holding,

    /// <summary>The stream was removed.</summary>
    Stopped,
}
