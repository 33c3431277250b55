using FastRtspProxy.Net;
using FastRtspProxy.Simulator.Receive;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// How late the shard runs what was due: the tool's own share of every latency it measures. Asks the event loop for a turn every 20 ms and looks when
/// it gets it; late because the thread had other descriptors to handle, or because the machine gave the processor to somebody else.
/// </summary>
internal sealed class TurnProbe(Shard shard) : IEndOfTurn
{
    private const long IntervalMicros = 20_000;

    private long _dueMicros;
    private long _intervalMax;

    public LongHistogram Delay { get; } = ReceiveBucket.NewTotal();

    /// <summary>On the shard.</summary>
    public void Start() => Ask();

    /// <summary>The longest delay since the last call.</summary>
    public long TakeInterval()
    {
        long max = _intervalMax;
        _intervalMax = 0;
        return max;
    }

    /// <inheritdoc/>
    public void OnEndOfTurn()
    {
        shard.RefreshNow();
        long delay = Math.Max(0, shard.NowMicros - _dueMicros);
        ReceiveBucket.Record(Delay, delay);
        _intervalMax = Math.Max(_intervalMax, delay);
        Ask();
    }

    private void Ask()
    {
        _dueMicros = shard.NowMicros + IntervalMicros;
        shard.EndOfTurnAt(this, _dueMicros);
    }
}
