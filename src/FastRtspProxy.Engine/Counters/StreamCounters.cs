namespace FastRtspProxy.Engine.Counters;

/// <summary>All that is counted of one mount, from its making on. Reading it needs no turn of a shard: each figure is one number.</summary>
internal sealed class StreamCounters
{
    /// <summary>By shard; null: it has never had viewers of the mount.</summary>
    private readonly DeliveryCounters?[] _delivery;

    /// <param name="shards">How many there are that viewers may be on.</param>
    public StreamCounters(int shards) => _delivery = new DeliveryCounters?[shards];

    /// <inheritdoc cref="IngestCounters"/>
    public IngestCounters Ingest { get; } = new();

    /// <summary>Those of a shard, for whoever sends there.</summary>
    public DeliveryCounters On(int shardIndex)
    {
        ref DeliveryCounters? counters = ref _delivery[shardIndex];
        return Volatile.Read(ref counters) ?? Interlocked.CompareExchange(ref counters, new DeliveryCounters(), null) ?? counters;
    }

    /// <inheritdoc cref="DeliveryCounters.Viewers"/>
    public long Viewers(ViewerWay way)
    {
        long sum = 0;
        foreach (DeliveryCounters? one in _delivery)
        {
            sum += one?.Viewers(way) ?? 0;
        }

        return sum;
    }

    /// <summary>Those who play now, by whichever way.</summary>
    public long Viewers()
    {
        long sum = 0;
        for (ViewerWay way = ViewerWay.Udp; way <= ViewerWay.Multicast; way++)
        {
            sum += Viewers(way);
        }

        return sum;
    }

    /// <inheritdoc cref="DeliveryCounters.SentBytes"/>
    public long SentBytes(ViewerWay way)
    {
        long sum = 0;
        foreach (DeliveryCounters? one in _delivery)
        {
            sum += one?.SentBytes(way) ?? 0;
        }

        return sum;
    }

    /// <summary><inheritdoc cref="DeliveryCounters.SentBytes"/> By whichever way.</summary>
    public long SentBytes()
    {
        long sum = 0;
        for (ViewerWay way = ViewerWay.Udp; way <= ViewerWay.Multicast; way++)
        {
            sum += SentBytes(way);
        }

        return sum;
    }

    /// <inheritdoc cref="DeliveryCounters.SentPackets"/>
    public long SentPackets(ViewerWay way)
    {
        long sum = 0;
        foreach (DeliveryCounters? one in _delivery)
        {
            sum += one?.SentPackets(way) ?? 0;
        }

        return sum;
    }

    /// <inheritdoc cref="DeliveryCounters.Dropped"/>
    public long Dropped(DropCause cause)
    {
        long sum = 0;
        foreach (DeliveryCounters? one in _delivery)
        {
            sum += one?.Dropped(cause) ?? 0;
        }

        return sum;
    }

    /// <inheritdoc cref="DeliveryCounters.ReportedLost"/>
    public long ReportedLost()
    {
        long sum = 0;
        foreach (DeliveryCounters? one in _delivery)
        {
            sum += one?.ReportedLost ?? 0;
        }

        return sum;
    }
}
