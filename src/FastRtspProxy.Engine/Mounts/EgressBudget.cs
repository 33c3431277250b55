namespace FastRtspProxy.Engine.Mounts;

/// <summary>What goes out to all viewers of all mounts, as their mounts measured it, and how much that may be. Any thread.</summary>
internal sealed class EgressBudget(EgressLimits limits)
{
    /// <summary>Replaced as a whole; the release store pairs with the acquire load of whoever judges.</summary>
    private EgressLimits _limits = limits;

    /// <summary>In bits a second: the sum of what the mounts say; each says the difference to what it said last.</summary>
    private long _total;

    /// <summary>What there may be.</summary>
    public EgressLimits Limits
    {
        get => Volatile.Read(ref _limits);
        set => Volatile.Write(ref _limits, value);
    }

    /// <summary>In bits a second.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>A mount's viewers get so much more than it said last, in bits a second.</summary>
    public void Add(long difference) => Interlocked.Add(ref _total, difference);
}
