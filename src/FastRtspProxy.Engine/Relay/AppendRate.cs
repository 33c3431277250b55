namespace FastRtspProxy.Engine.Relay;

/// <summary>What a ring takes in a second, looked at with each new slab. Mutable; one owner.</summary>
internal struct AppendRate
{
    /// <summary>Over less than this one key frame would be all of it.</summary>
    private const long LeastMicros = 1_000_000;

    /// <summary>When the present measurement began; below 0: with the next look.</summary>
    private long _sinceMicros;
    private long _sinceBytes;

    public AppendRate() => _sinceMicros = -1;

    /// <summary>As it was measured last; 0: it was not.</summary>
    public long BytesPerSecond { get; private set; }

    /// <summary>Looks at the count of bytes that were ever appended. True: the rate was measured anew.</summary>
    public bool Note(long appendedBytes, long nowMicros)
    {
        long micros = nowMicros - _sinceMicros;
        bool isMeasured = _sinceMicros >= 0 && micros >= LeastMicros;
        if (isMeasured)
        {
            BytesPerSecond = (appendedBytes - _sinceBytes) * 1_000_000 / micros;
        }

        if (_sinceMicros < 0 || isMeasured)
        {
            _sinceMicros = nowMicros;
            _sinceBytes = appendedBytes;
        }

        return isMeasured;
    }

    /// <summary>The camera has stopped: the time until it plays again counts for nothing, and the rate is as it was.</summary>
    public void Interrupt() => _sinceMicros = -1;
}
