namespace FastRtspProxy.Engine.Delivery;

/// <summary>Somebody beside the viewers who reads a ring as it grows, on one shard. It must not read more in a pass than its budget allows.</summary>
internal interface IRingReader
{
    /// <summary>There may be something new. On the shard, once a pass. True: it has more to read, and wants another turn.</summary>
    bool OnPass();
}
