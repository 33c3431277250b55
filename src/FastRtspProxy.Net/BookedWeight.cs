namespace FastRtspProxy.Net;

/// <summary>
/// What somebody weighs on a shard, and on which; or will weigh there. Whoever has booked releases. Mutable; a field of its owner, by one thread at a
/// time.
/// </summary>
internal struct BookedWeight
{
    private Shard? _shard;
    private long _weight;
    private bool _isExpected;

    /// <summary>It weighs so much, there, and nowhere else.</summary>
    public void Book(Shard shard, long weight) => Set(shard, weight, isExpected: false);

    /// <summary>It weighs nothing now, and so much later, there: new mounts make way for that, viewers do not.</summary>
    public void Expect(Shard shard, long weight) => Set(shard, weight, isExpected: true);

    /// <summary>It weighs nothing any more. Idempotent.</summary>
    public void Release()
    {
        Add(-_weight);
        this = default;
    }

    private void Set(Shard shard, long weight, bool isExpected)
    {
        if (_shard != shard || _weight != weight || _isExpected != isExpected)
        {
            Add(-_weight);
            (_shard, _weight, _isExpected) = (shard, weight, isExpected);
            Add(weight);
        }
    }

    private readonly void Add(long weight)
    {
        if (_isExpected)
        {
            _shard?.AddExpectedWeight(weight);
        }
        else
        {
            _shard?.AddWeight(weight);
        }
    }
}
