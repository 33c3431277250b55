namespace FastRtspProxy.Engine.Counters;

/// <summary>
/// What a mount's viewers on one shard get. The shard alone writes it; any thread reads each as a figure on its own. But for the viewers none ever
/// goes back.
/// </summary>
internal sealed class DeliveryCounters
{
    private readonly long[] _viewers = new long[ViewerWays.Count];
    private readonly long[] _sentBytes = new long[ViewerWays.Count];
    private readonly long[] _sentPackets = new long[ViewerWays.Count];
    private readonly long[] _dropped = new long[(int)DropCause.NotKeyFrame + 1];
    private long _reportedLost;

    /// <summary>Those who play now.</summary>
    public long Viewers(ViewerWay way) => Volatile.Read(ref _viewers[(int)way]);

    /// <summary>What the kernel, or what waits before it, has taken: RTP packets, over TCP with what frames them.</summary>
    public long SentBytes(ViewerWay way) => Volatile.Read(ref _sentBytes[(int)way]);

    /// <inheritdoc cref="SentBytes"/>
    public long SentPackets(ViewerWay way) => Volatile.Read(ref _sentPackets[(int)way]);

    /// <summary>Packets that were left out, each once for each viewer.</summary>
    public long Dropped(DropCause cause) => Volatile.Read(ref _dropped[(int)cause]);

    /// <summary>Packets that viewers said they lack.</summary>
    public long ReportedLost => Volatile.Read(ref _reportedLost);

    /// <summary>One more plays, or one fewer (-1).</summary>
    public void CountViewer(ViewerWay way, int by) => _viewers[(int)way] += by;

    /// <summary>Something went out.</summary>
    public void CountSent(ViewerWay way, long bytes, long packets)
    {
        _sentBytes[(int)way] += bytes;
        _sentPackets[(int)way] += packets;
    }

    /// <summary>Something was left out.</summary>
    public void CountDropped(DropCause cause, long packets) => _dropped[(int)cause] += packets;

    /// <summary>Viewers lack more than they had said.</summary>
    public void CountReportedLost(long packets) => _reportedLost += packets;
}
