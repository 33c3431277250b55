namespace FastRtspProxy.Engine.Access;

/// <summary>What an external decision that cannot be had means.</summary>
public enum ExternalOnError
{
    /// <summary>Nobody is let in.</summary>
    Deny,

    /// <summary>Whoever was let in within the hour, by the same question, is let in.</summary>
    LastKnown,
}
