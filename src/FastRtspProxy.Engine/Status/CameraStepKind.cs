namespace FastRtspProxy.Engine.Status;

/// <summary>What happened between us and a camera.</summary>
public enum CameraStepKind
{
    /// <summary>A connection is being made.</summary>
    Connecting,

    /// <summary>There is one, and the camera is asked to describe itself.</summary>
    Connected,

    /// <summary>It has told its tracks.</summary>
    Described,

    /// <summary>Every track is set up.</summary>
    SetUp,

    /// <summary>PLAY was answered.</summary>
    Playing,

    /// <summary>The first packet of that play came.</summary>
    Media,

    /// <summary>The camera keeps the session and sends nothing.</summary>
    Paused,

    /// <summary>The session was ended by us.</summary>
    Closed,

    /// <summary>It could not be made, or the camera ended it, or failed.</summary>
    Lost,

    /// <summary>The next attempt follows at once, in another way.</summary>
    OtherWay,

    /// <summary>The next attempt waits.</summary>
    Waiting,

    /// <summary>The session is made anew, because somebody wants it to be.</summary>
    Renewed,
}
