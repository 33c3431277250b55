namespace FastRtspProxy.Engine.Backend;

/// <summary>What the BYEs of a session's tracks mean together.</summary>
internal enum TrackEnd
{
    /// <summary>The session goes on: who has ended is not what it is for.</summary>
    GoesOn,

    /// <summary>The pictures have ended, other tracks go on.</summary>
    Video,

    /// <summary>Nothing is left that could come.</summary>
    All,
}
