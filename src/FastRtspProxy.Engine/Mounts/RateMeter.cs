namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// How many bits a second a count of bytes grows by, over the last four to eight seconds: long enough that key frames come out as what they cost in
/// the mean. Keeps the last figure while nothing comes. Pure: whoever calls says the time. Mutable, one owner.
/// </summary>
internal struct RateMeter
{
    private const long WindowMicros = 4_000_000;

    /// <summary>A window that is shorter says nothing.</summary>
    private const long WindowMicrosMin = 1_000_000;

    /// <summary>Where the window began; below 0 in time: none has begun.</summary>
    private long _sinceMicros;
    private long _sinceBytes;

    /// <summary>Where the next window began; it becomes the window when it is as long as one.</summary>
    private long _nextMicros;
    private long _nextBytes;
    private bool _hasBegun;

    /// <summary>In bits a second; 0 before the first window.</summary>
    public long BitsPerSecond { get; private set; }

    /// <summary>The count begins to grow, anew or for the first time: what was measured counts until there is more.</summary>
    public void Begin(long bytes, long nowMicros)
    {
        _hasBegun = true;
        _sinceMicros = _nextMicros = nowMicros;
        _sinceBytes = _nextBytes = bytes;
    }

    /// <summary>The count as it is now.</summary>
    public void Note(long bytes, long nowMicros)
    {
        if (!_hasBegun)
        {
            Begin(bytes, nowMicros);
            return;
        }

        long elapsed = nowMicros - _sinceMicros;
        if (elapsed >= WindowMicrosMin)
        {
            BitsPerSecond = (long)((bytes - _sinceBytes) * 8_000_000.0 / elapsed);
        }

        if (nowMicros - _nextMicros >= WindowMicros)
        {
            (_sinceMicros, _sinceBytes) = (_nextMicros, _nextBytes);
            (_nextMicros, _nextBytes) = (nowMicros, bytes);
        }
    }

    /// <summary>What is counted is something else from now on.</summary>
    public void Forget() => this = default;
}
