using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// One mount's part of the budget of egress: what it said last that its viewers get, and whether one more may come. Mutable, one owner; on the
/// mount's shard.
/// </summary>
internal struct EgressShare(Shard shard, EgressBudget? budget, string name, ILogger log)
{
    /// <summary>A refusal is said so often at the most.</summary>
    private const long SaidIntervalMicros = 60_000_000;

    /// <summary>When a refusal was said last; below 0: none was.</summary>
    private long _saidMicros = -1;

    /// <summary>What the budget was told last, in bits a second.</summary>
    public long Told { get; private set; }

    /// <summary>What there may be. Any thread.</summary>
    public readonly EgressLimits? Limits => budget?.Limits;

    /// <summary>The mount's viewers get so many bits a second, all together.</summary>
    public void Tell(long now)
    {
        budget?.Add(now - Told);
        Told = now;
    }

    /// <summary>Whether one more may come; if not, it is said now and then.</summary>
    /// <param name="rate">What each of them gets, in bits a second; 0: that is not known.</param>
    /// <param name="viewers">How many there would be.</param>
    public bool Admits(long rate, int viewers)
    {
        if (budget is null)
        {
            return true;
        }

        EgressLimits limits = budget.Limits;
        EgressRefusal refusal = EgressRules.Judge(limits, rate, viewers, budget.Total - Told);
        if (refusal == EgressRefusal.None)
        {
            return true;
        }

        if (_saidMicros < 0 || shard.NowMicros - _saidMicros >= SaidIntervalMicros)
        {
            _saidMicros = shard.NowMicros;
            MountLog.EgressRefused(log, name, rate / 1e6, viewers, EgressRules.LimitOf(limits, refusal), refusal);
        }

        return false;
    }
}
