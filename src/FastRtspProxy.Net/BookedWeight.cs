namespace FastRtspProxy.Net;

/// <summary>
/// What somebody weighs on a shard, and on which. Whoever has booked releases. Mutable; a field of its owner, by one thread at a time.
/// </summary>
internal struct BookedWeight
{
    private Shard? _shard;
    private long _weight;

    /// <summary>It weighs so much, there, and nowhere else.</summary>
    public void Book(Shard shard, long weight)
    {
        if (_shard != shard || _weight != weight)
        {
            _shard?.AddWeight(-_weight);
            shard.AddWeight(weight);
            (_shard, _weight) = (shard, weight);
        }
    }

    /// <summary>It weighs nothing any more. Idempotent.</summary>
    public void Release()
    {
        _shard?.AddWeight(-_weight);
        this = default;
    }
}
