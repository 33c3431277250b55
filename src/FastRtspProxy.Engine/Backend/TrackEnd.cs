namespace FastRtspProxy.Engine.Backend;

/// <summary>What the BYEs of a session's tracks mean together.</summary>
internal enum TrackEnd
{
    /// <summary>The session goes on: a track that it is made for has not ended.</summary>
    GoesOn,

    /// <summary>The pictures have ended, other tracks go on.</summary>
    Video,

    /// <summary>Nothing is left that could come.</summary>
    All,
}
