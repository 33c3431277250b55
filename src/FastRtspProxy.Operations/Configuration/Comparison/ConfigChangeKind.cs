namespace FastRtspProxy.Operations.Configuration.Comparison;

/// <summary>What a change does.</summary>
internal enum ConfigChangeKind
{
    /// <summary>A setting of the whole program counts from now on.</summary>
    Live,

    StreamAdded,

    /// <summary>Its viewers are told (BYE) and closed.</summary>
    StreamRemoved,

    /// <summary>It counts from now on for that stream.</summary>
    StreamSettings,

    /// <summary>The session with its camera is made anew; its viewers are held and play on.</summary>
    StreamSession,

    /// <summary>Nothing is done: the program has to be started again for it.</summary>
    Refused,
}
