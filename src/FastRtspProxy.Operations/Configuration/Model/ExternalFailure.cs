namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What counts when the server does not answer.</summary>
internal enum ExternalFailure
{
    Deny,

    /// <summary>Whoever was let in within the hour is let in.</summary>
    LastKnown,
}
