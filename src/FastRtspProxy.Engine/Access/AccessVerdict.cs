namespace FastRtspProxy.Engine.Access;

/// <summary>What becomes of a request.</summary>
internal enum AccessVerdict
{
    /// <summary>It is done.</summary>
    Allow,

    /// <summary>Nobody has logged in, and somebody could: 401.</summary>
    Challenge,

    /// <summary>A log-in changes nothing: 403.</summary>
    Deny,
}
