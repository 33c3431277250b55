namespace FastRtspProxy.Engine.Relay;

/// <summary>Places in a ring that were given to viewers who are on their way there. On the producer. Mutable; a field of its owner.</summary>
internal struct PromisedPlaces
{
    /// <summary>From the grant of a place to the first pass that knows of the viewer: the answer to PLAY goes out in between.</summary>
    public const long JoinMicros = 2_000_000;

    /// <summary>The lowest of those since <see cref="_sinceMicros"/>, and in the time before that of the same length.</summary>
    private long _lowest;
    private long _lowestBefore;
    private long _sinceMicros;

    /// <summary>When the last one was given; nobody is on his way so long after it.</summary>
    private long _lastMicros;

    public PromisedPlaces()
    {
        _lowest = long.MaxValue;
        _lowestBefore = long.MaxValue;
        _lastMicros = -JoinMicros;
    }

    /// <summary>A place was given.</summary>
    public void Add(long sequence, long nowMicros)
    {
        if (nowMicros - _sinceMicros >= JoinMicros)
        {
            _lowestBefore = LowestAt(nowMicros);
            _lowest = sequence;
            _sinceMicros = nowMicros;
        }

        _lowest = Math.Min(_lowest, sequence);
        _lastMicros = nowMicros;
    }

    /// <summary>
    /// The lowest that somebody is on his way to, <see cref="long.MaxValue"/>: nobody is. Where others follow, for up to twice
    /// <see cref="JoinMicros"/>.
    /// </summary>
    public readonly long LowestAt(long nowMicros) =>
        nowMicros - _lastMicros >= JoinMicros ? long.MaxValue
        : nowMicros - _sinceMicros >= JoinMicros ? _lowest
        : Math.Min(_lowest, _lowestBefore);
}
