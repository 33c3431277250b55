using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What the viewers of a recorder get, measured where it goes out, because each gets something else: told to the budget of egress once a second while
/// there are any. On the mount's shard.
/// </summary>
internal sealed class ReplayEgress
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Shard _shard;
    private readonly StreamCounters _counters;
    private readonly ShardTimer _timer;

    /// <summary>Mutable struct, never copied.</summary>
    private EgressShare _share;

    /// <summary>Of all of them together, over time. Mutable struct, never copied.</summary>
    private RateMeter _all;

    /// <summary>
    /// Of one of them, over <see cref="_playedMicros"/>, so that one that has paused takes nothing off it. Mutable struct, never copied.
    /// </summary>
    private RateMeter _each;

    /// <summary>How long they have played, the sum.</summary>
    private long _playedMicros;

    /// <summary>Up to when <see cref="_playedMicros"/> goes.</summary>
    private long _notedMicros;

    public ReplayEgress(Shard shard, StreamCounters counters, EgressBudget? budget, string name, ILogger log)
    {
        _shard = shard;
        _counters = counters;
        _share = new EgressShare(shard, budget, name, log);
        _timer = shard.CreateTimer(OnDue);
    }

    /// <summary>What one viewer may have at the most, in bits a second; 0: as much as there is. Any thread.</summary>
    public long MostOfOne => _share.Limits is { } limits ? EgressRules.MostOfOne(limits) : 0;

    /// <summary>The first viewer is there.</summary>
    public void Begin()
    {
        _notedMicros = _shard.NowMicros;
        long bytes = _counters.SentBytes();
        _all.Begin(bytes, _notedMicros);
        _each.Begin(bytes, _playedMicros);
        _timer.Start(s_interval);
    }

    /// <summary>The last one has gone: what those got says nothing of the next one.</summary>
    public void End()
    {
        _timer.Stop();
        _all.Forget();
        _each.Forget();
        _share.Tell(0);
    }

    /// <summary>
    /// Whether one more may come, to make so many; if not, it is said now and then. None is more than a limit by itself, because each is paced
    /// (<see cref="MostOfOne"/>).
    /// </summary>
    public bool Admits(int viewers)
    {
        if (_timer.IsRunning)
        {
            Measure();
        }

        long rate = _each.BitsPerSecond;
        return _share.Admits(MostOfOne is > 0 and var most ? Math.Min(rate, most) : rate, viewers);
    }

    private void OnDue()
    {
        Measure();
        _timer.Start(s_interval);
    }

    private void Measure()
    {
        long now = _shard.NowMicros;
        long bytes = _counters.SentBytes();
        _playedMicros += _counters.Viewers() * (now - _notedMicros);
        _notedMicros = now;
        _all.Note(bytes, now);
        _each.Note(bytes, _playedMicros);
        _share.Tell(_all.BitsPerSecond);
    }
}
