namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>Things that a camera does at a point in time.</summary>
internal enum TimedFaultKind
{
    /// <summary>No media for a while; then it goes on live.</summary>
    Stall,

    /// <summary>Everything is gone, the port too, for a while; then it begins anew.</summary>
    Reboot,

    /// <summary>RTCP BYE to all, and no media after it; the RTSP connections stay.</summary>
    Bye,

    /// <summary>Every RTSP connection is closed.</summary>
    Close,

    /// <summary>Its clock is set: timestamps and the time in sender reports jump.</summary>
    ClockJump,

    /// <summary>Sessions end; H.264 becomes H.265, or the other way round.</summary>
    OtherCodec,

    /// <summary>Sessions end; the pictures are smaller.</summary>
    OtherSize,

    /// <summary>Sessions end; there is no sound any more.</summary>
    NoAudio,

    /// <summary>No video for a while, or from then on; the other tracks flow (privacy mode).</summary>
    VideoSilent,

    /// <summary>No more video in the sessions of that moment; a new one gets it.</summary>
    VideoSilentInSessions,
}
