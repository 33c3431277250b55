namespace FastRtspProxy.Engine.Access;

/// <summary>What the external decision said.</summary>
internal enum ExternalVerdict
{
    /// <summary>Let in; where a hash came with it, whoever proves that password.</summary>
    Allow,

    /// <summary>Not let in.</summary>
    Deny,

    /// <summary>It said nothing that can be used, or not in time.</summary>
    Error,
}
