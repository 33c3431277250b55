namespace FastRtspProxy.Net;

/// <summary>
/// A message to a shard: a reusable node of its lock-free inbox. A node stands in one inbox at most once at a time;
/// posting it again before it has run is a no-op.
/// </summary>
internal abstract class ShardWork
{
    /// <summary>
    /// The next node of the inbox's stack. Written by the poster before its compare-exchange, read by the shard after its exchange.
    /// </summary>
    internal ShardWork? Next;

    private int _queued;

    /// <summary>Runs on the shard. The node may be posted again from here.</summary>
    protected internal abstract void Run();

    /// <summary>Runs it as one that is not queued any more: what is posted from now on, by whomever, is another run. On the shard.</summary>
    internal void RunOnce()
    {
        ClearQueued();
        Run();
    }

    /// <summary>
    /// True: it was not queued, and the caller puts it into the inbox; false: it is there already, and its run is still to come. A full fence; pairs
    /// with <see cref="ClearQueued"/>.
    /// </summary>
    internal bool TryMarkQueued() => Interlocked.Exchange(ref _queued, 1) == 0;

    /// <summary>
    /// From here on the work may be posted again. On the shard, before <see cref="Run"/>. A full fence, and it pairs with the exchange in
    /// <see cref="TryMarkQueued"/>: a poster that finds 1 there relies on this run to see what it has written before. The two exchanges of one field
    /// are in one order. If the poster's comes first, this one reads its 1 and with it, as an acquire of a release, all that it wrote, on every
    /// processor; if it comes second, it reads 0 and posts. A plain store reads nothing: it may wait in the store buffer (x64), or become visible
    /// after the first loads of Run (arm64: STLR, then LDAPR or LDR), the poster still finds 1, and the run has looked already: a batch lies in the
    /// ring until the next one, a command for good (models/wake.pml).
    /// </summary>
    internal void ClearQueued() => Interlocked.Exchange(ref _queued, 0);
}
