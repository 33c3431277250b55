namespace FastRtspProxy.Engine.Backend;

/// <summary>What the answer to a keep-alive means.</summary>
internal enum KeepAliveVerdict
{
    /// <summary>Nothing new.</summary>
    Fine,

    /// <summary>The camera does not take that method: another one from now on, or none.</summary>
    Refused,

    /// <summary>The camera's session is gone.</summary>
    SessionGone,
}
