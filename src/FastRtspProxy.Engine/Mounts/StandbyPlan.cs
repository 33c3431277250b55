namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// When the sources that are better than the one in use are looked at, each by a session of its own that nobody sees: one after the other, the best
/// first, and round after round with growing waits, half a minute at the most. Pure. One owner.
/// </summary>
internal sealed class StandbyPlan(Random random)
{
    /// <summary>
    /// A source has to deliver for so long before it is used: one that comes for a moment and goes would be worse than the one in use.
    /// </summary>
    public static readonly TimeSpan Proven = TimeSpan.FromSeconds(60);

    private readonly RetrySchedule _waits = new(random);

    /// <summary>Of the present round, those before it have been looked at.</summary>
    private int _from = int.MaxValue;

    /// <summary>Another source is in use: what may have become of the better ones is not known, and it was lost just now.</summary>
    public void Begin()
    {
        _from = int.MaxValue;
        _waits.Reset();
    }

    /// <summary>Which one is looked at now, from 0; null: the round is over, and the next one comes after <see cref="Wait"/>.</summary>
    public int? Next(IReadOnlyList<MountSource> sources, int inUse)
    {
        for (int i = _from; i < inUse && i < sources.Count; i++)
        {
            if (sources[i].MayBeProbed)
            {
                return i;
            }
        }

        return null;
    }

    /// <summary>True where there is a better one that may be looked at.</summary>
    public static bool HasAny(IReadOnlyList<MountSource> sources, int inUse) => sources.Take(inUse).Any(static source => source.MayBeProbed);

    /// <summary>It was looked at, and is of no use yet.</summary>
    public void OnFailed(int source) => _from = source + 1;

    /// <summary>It delivers: should it stop, it is looked at again soon.</summary>
    public void OnDelivers() => _waits.Reset();

    /// <summary>Before the next round, which begins with that.</summary>
    public TimeSpan Wait()
    {
        _from = 0;
        return _waits.Next(clientsAreHeld: false);
    }
}
