namespace FastRtspProxy.Engine.Delivery;

/// <summary>Somebody beside the viewers who reads a ring as it grows, on one shard.</summary>
internal interface IRingReader
{
    /// <summary>The next packet that it needs. On the shard.</summary>
    long Cursor { get; }

    /// <summary>
    /// There may be something new. On the shard, once a pass, while the readers of the pass have something left to read together. True: it has more
    /// to read, and wants another turn.
    /// </summary>
    /// <param name="bytesLeft">Above 0; becomes less by what was read, and the last packet may take it below.</param>
    bool OnPass(ref int bytesLeft);
}
