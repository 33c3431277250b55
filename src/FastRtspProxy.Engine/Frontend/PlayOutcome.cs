namespace FastRtspProxy.Engine.Frontend;

/// <summary>What became of a client's wish to play.</summary>
internal enum PlayOutcome
{
    /// <summary>The media flows, or will with the next packet.</summary>
    Playing,

    /// <summary>The back-end did not play in time: 503.</summary>
    BackendUnavailable,

    /// <summary>The mount has as many clients as it may have: 453.</summary>
    Full,

    /// <summary>Nothing is kept of the time that the client names: 457.</summary>
    OutOfRange,

    /// <summary>The mount is no longer there: 454.</summary>
    Gone,

    /// <summary>The client has set up by a description that no longer holds: 454, and its session is over.</summary>
    Outdated,
}
