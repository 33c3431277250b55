namespace FastRtspProxy.Engine.Mounts;

/// <summary>Who reads a camera.</summary>
internal enum OwnershipKind
{
    /// <summary>Nobody is known to.</summary>
    Unknown,

    /// <summary>This box.</summary>
    Own,

    /// <summary>Another box, from which the stream is taken.</summary>
    Peer,
}
