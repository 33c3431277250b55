namespace FastRtspProxy.Engine.Mounts;

/// <summary>Which limit of egress a viewer would go beyond.</summary>
internal enum EgressRefusal
{
    /// <summary>None.</summary>
    None,

    /// <summary>The stream is larger than one viewer may have.</summary>
    PerViewer,

    /// <summary>The viewers of the stream have as much as they may.</summary>
    PerStream,

    /// <summary>All viewers together have as much as they may.</summary>
    Total,
}
