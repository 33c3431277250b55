namespace FastRtspProxy.Engine.Relay;

/// <summary>A slab on the stack of those that a ring has given up for good while somebody may still read them.</summary>
internal sealed class RetiredSlab(Slab slab, long endSequence)
{
    public Slab Slab => slab;

    /// <summary>One past its last packet.</summary>
    public long EndSequence => endSequence;

    /// <summary>The one below it. Written by whoever holds the node, before its compare-exchange; read by the taker, after its exchange.</summary>
    public RetiredSlab? Next;
}
