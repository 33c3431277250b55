namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a client begins.</summary>
internal enum JoinPlace
{
    /// <summary>With whatever comes next.</summary>
    Live,

    /// <summary>At the next random access point.</summary>
    NextPoint,

    /// <summary>At the newest random access point that is kept, and from there to the present in haste.</summary>
    Past,

    /// <summary>The same, with the times of the past squeezed into hardly any, and only the track of that point.</summary>
    SqueezedPast,
}
