namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Why a camera could not be used, or was lost. The message of <see cref="BackendFailure"/> is for people, this is for decisions and counts.
/// </summary>
internal enum BackendFailureKind
{
    /// <summary>Name look-up, connection or TLS failed.</summary>
    Unreachable,

    /// <summary>A request was not answered in time.</summary>
    NoAnswer,

    /// <summary>The connection ended.</summary>
    ConnectionLost,

    /// <summary>The camera closed the connection behind a 401 that can be answered on the next one.</summary>
    ClosedAfterChallenge,

    /// <summary>What came is not RTSP.</summary>
    NotRtsp,

    /// <summary>An answer over our limits.</summary>
    TooLarge,

    /// <summary>401 or 403 with what we know.</summary>
    Unauthorized,

    /// <summary>Another status that says no.</summary>
    Refused,

    /// <summary>453 or 503: later, perhaps.</summary>
    Busy,

    /// <summary>The SDP is not one.</summary>
    BadDescription,

    /// <summary>The SDP has no track that can be passed on.</summary>
    NoMedia,

    /// <summary>A redirect that cannot be followed.</summary>
    BadRedirect,

    /// <summary>The camera sent us elsewhere in the middle of a session.</summary>
    Redirected,

    /// <summary>The way of the media was refused or stayed silent, and there is another one.</summary>
    WayFailed,

    /// <summary>Each way of the media was refused or stayed silent.</summary>
    NoWay,

    /// <summary>No media for the dead-stream interval.</summary>
    Silent,

    /// <summary>No pictures, while other tracks go on.</summary>
    VideoSilent,

    /// <summary>All that comes is encrypted with other keys than were agreed on.</summary>
    OtherKeys,

    /// <summary>A keep-alive request was refused: the session is gone.</summary>
    KeepAliveRefused,

    /// <summary>RTCP BYE.</summary>
    Bye,

    /// <summary>A file or recording was played to its end.</summary>
    EndOfProgramme,

    /// <summary>We stopped it.</summary>
    Stopped,

    /// <summary>Another box may read the camera by now, so it is asked nothing more (<see cref="BackendOptions.MayAsk"/>).</summary>
    Fenced,
}
