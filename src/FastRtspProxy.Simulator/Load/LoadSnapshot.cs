using FastRtspProxy.Simulator.Receive;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>All shards' figures at about one time.</summary>
internal sealed class LoadSnapshot(int started)
{
    private ReceiveCounters _normal; // mutable structs: not readonly
    private ReceiveCounters _handicapped;

    /// <summary>Clients started so far.</summary>
    public int Started => started;

    public ReceiveCounters Normal => _normal;

    public ReceiveCounters Handicapped => _handicapped;

    /// <summary>Both kinds together.</summary>
    public ReceiveCounters All
    {
        get
        {
            ReceiveCounters all = _normal;
            all.Add(_handicapped);
            return all;
        }
    }

    /// <summary>Of the interval.</summary>
    public LongHistogram Latency { get; } = ReceiveBucket.NewInterval();

    public int[] States { get; } = new int[(int)ClientState.Failed + 1];

    public SortedDictionary<string, int> Errors { get; } = new(StringComparer.Ordinal);

    public long TurnDelayMicrosMax { get; private set; }

    public int ClosedByServer { get; private set; }

    public int Playing => States[(int)ClientState.Playing];

    public int Starting => States[(int)ClientState.Connecting] + States[(int)ClientState.Negotiating] + States[(int)ClientState.Waiting];

    public int Failed => States[(int)ClientState.Failed];

    public int Alive => Playing + Starting + States[(int)ClientState.Leaving];

    public void Add(ShardSnapshot shard)
    {
        _normal.Add(shard.Normal);
        _handicapped.Add(shard.Handicapped);
        Latency.Add(shard.Latency);
        TurnDelayMicrosMax = Math.Max(TurnDelayMicrosMax, shard.TurnDelayMicrosMax);
        ClosedByServer += shard.ClosedByServer;
        for (int i = 0; i < States.Length; i++)
        {
            States[i] += shard.States[i];
        }

        foreach ((string kind, int count) in shard.Errors)
        {
            Errors[kind] = Errors.GetValueOrDefault(kind) + count;
        }
    }
}
