namespace FastRtspProxy.Engine.Backend;

/// <summary>What becomes of a session whose camera did not set up one of its tracks.</summary>
internal enum SetupVerdict
{
    /// <summary>The session goes on without the track.</summary>
    LeaveOut,

    /// <summary>
    /// The track is the one that the session is for, and the camera said no to it: evidence against the way that its media was to take.
    /// </summary>
    Refused,

    /// <summary>The answer, or its absence, is about the whole session.</summary>
    EndSession,
}
