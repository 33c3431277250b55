namespace FastRtspProxy.Engine.Frontend;

/// <summary>What becomes of a request that says it is another box's.</summary>
internal enum HopVerdict
{
    /// <summary>It is, and this box owns the stream.</summary>
    In,

    /// <summary>It is, and this box does not own the stream: it is never passed on, so that there are no circles.</summary>
    NotOwner,

    /// <summary>It is nobody's that we know, or it was read before, or long ago.</summary>
    Stranger,
}
