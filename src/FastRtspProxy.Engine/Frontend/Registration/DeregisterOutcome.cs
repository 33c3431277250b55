namespace FastRtspProxy.Engine.Frontend;

/// <summary>What became of a DEREGISTER.</summary>
internal enum DeregisterOutcome
{
    /// <summary>The stream is gone.</summary>
    Removed,

    /// <summary>No stream that came by REGISTER has that name, or that URL.</summary>
    Unknown,

    /// <summary>Several streams have that URL, and none was named: which one is meant nobody can know, so all stay.</summary>
    Ambiguous,
}
