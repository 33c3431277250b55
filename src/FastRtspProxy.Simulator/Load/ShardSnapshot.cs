using FastRtspProxy.Simulator.Receive;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>A shard's figures at one time: totals since the start, and the interval's latencies.</summary>
internal sealed record ShardSnapshot(
    ReceiveCounters Normal,
    ReceiveCounters Handicapped,
    LongHistogram Latency,
    int[] States,
    Dictionary<string, int> Errors,
    long TurnDelayMicrosMax,
    int ClosedByServer);
