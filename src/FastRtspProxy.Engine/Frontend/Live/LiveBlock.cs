using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A slab of a live viewer's queue. Written by the shard; read by whoever has taken it out of the queue.</summary>
internal sealed class LiveBlock(Slab slab)
{
    /// <summary>Bytes that may be read. A release store by the shard, after the bytes; pairs with the reader's acquire load.</summary>
    internal int WrittenBytes;

    /// <summary>The shard writes no more into it: a release store after the last one of <see cref="WrittenBytes"/>.</summary>
    internal bool IsClosed;

    public Slab Slab => slab;

    /// <summary>Packets, and groups that begin, in it. The shard only.</summary>
    public int Packets { get; set; }

    /// <inheritdoc cref="Packets"/>
    public int Groups { get; set; }
}
