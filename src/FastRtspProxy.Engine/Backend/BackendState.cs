namespace FastRtspProxy.Engine.Backend;

/// <summary>Where one RTSP session with a camera stands. <see cref="BackendStates"/> holds the moves.</summary>
internal enum BackendState
{
    /// <summary>Nothing was sent yet.</summary>
    Created,

    /// <summary>The TCP connection is being made, or a redirect is being followed.</summary>
    Connecting,

    /// <summary>DESCRIBE is on its way.</summary>
    Describing,

    /// <summary>The tracks are known; the camera holds no session of ours.</summary>
    Described,

    /// <summary>SETUPs, one after the other.</summary>
    SettingUp,

    /// <summary>Every track is set up; nothing plays.</summary>
    SetUp,

    /// <summary>PLAY is on its way; media may come already.</summary>
    Starting,

    /// <summary>PLAY was answered with 200.</summary>
    Playing,

    /// <summary>PAUSE is on its way.</summary>
    Pausing,

    /// <summary>The camera keeps the session and sends nothing.</summary>
    Paused,

    /// <summary>TEARDOWN is on its way.</summary>
    TearingDown,

    /// <summary>No connection, no sockets; the end.</summary>
    Closed,
}
