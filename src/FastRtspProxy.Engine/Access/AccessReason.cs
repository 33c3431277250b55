namespace FastRtspProxy.Engine.Access;

/// <summary>Why somebody was refused.</summary>
internal enum AccessReason
{
    /// <summary>Nobody was.</summary>
    None,

    /// <summary>No role of the user has the right for that stream.</summary>
    NoRole,

    /// <summary>A role has it, from other addresses.</summary>
    Address,

    /// <summary>The stream is for other roles.</summary>
    StreamRoles,

    /// <summary>The stream is for other addresses.</summary>
    StreamAddress,

    /// <summary>The stream is for those who come by TLS.</summary>
    InTheClear,

    /// <summary>The external decision said no.</summary>
    External,

    /// <summary>The external decision could not be had.</summary>
    ExternalFailed,
}
