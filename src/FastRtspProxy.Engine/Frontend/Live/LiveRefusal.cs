namespace FastRtspProxy.Engine.Frontend;

/// <summary>Why a stream is not shown.</summary>
internal enum LiveRefusal
{
    /// <summary>It is.</summary>
    None,

    /// <summary>There is no stream of that name.</summary>
    NotFound,

    /// <summary>The camera did not come up in time.</summary>
    Unavailable,

    /// <summary>A limit of viewers, or of what goes out, leaves no place.</summary>
    Full,

    /// <summary>The proxy lets nobody in any more.</summary>
    Draining,
}
