namespace FastRtspProxy.Engine.Frontend;

/// <summary>What became of a REGISTER.</summary>
internal enum RegisterOutcome
{
    /// <summary>The mount is there.</summary>
    Accepted,

    /// <summary>The name is taken, or cannot be a name: 451.</summary>
    NameTaken,

    /// <summary>As many registered streams as there may be: 503.</summary>
    Full,

    /// <summary>It came without a name, and none that we give is free: 503.</summary>
    NoneFree,
}
