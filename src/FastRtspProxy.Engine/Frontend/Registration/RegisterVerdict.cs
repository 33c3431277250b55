namespace FastRtspProxy.Engine.Frontend;

/// <summary>What is thought of the camera that a REGISTER names.</summary>
internal enum RegisterVerdict
{
    /// <summary>It may be connected to.</summary>
    Allowed,

    /// <summary>This machine or its neighbourhood: 403.</summary>
    RefusedAddress,

    /// <summary>A privileged port that is no camera's, without a log-in: 403.</summary>
    RefusedPort,

    /// <summary>The name does not resolve, or not in time: 403.</summary>
    UnknownName,

    /// <summary>More names are being looked up than may wait: 503.</summary>
    TooManyNames,
}
