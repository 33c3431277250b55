namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>What a change of a key does while the program runs.</summary>
internal enum ConfigEffect
{
    /// <summary>It counts from now on; who watches goes on watching, unless he lost the right to.</summary>
    Live,

    /// <summary>The camera's session of that stream is made anew; its viewers are held meanwhile.</summary>
    Session,

    /// <summary>It is refused: the program has to be started again.</summary>
    Restart,
}
