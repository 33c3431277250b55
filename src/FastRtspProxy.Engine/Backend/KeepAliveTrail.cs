namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which keep-alive came before the end of the media. A camera that dies of one is sent more of them until its silence is noticed, and those are no
/// cause. Two are enough: a new one is noted only where media came after the last, and the media that was under way may make it one too many.
/// Mutable; a private field of <see cref="SessionKeepAlive"/>.
/// </summary>
internal struct KeepAliveTrail
{
    /// <summary>The newest one that media came before, and the one before it; null: there was none.</summary>
    private (string Method, long Micros)? _last;
    private (string Method, long Micros)? _before;

    /// <summary>One is sent.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="micros">Now.</param>
    /// <param name="lastMediaMicros">When the last media came.</param>
    public void Note(string method, long micros, long lastMediaMicros)
    {
        if (_last is { } last && lastMediaMicros < last.Micros)
        {
            return;
        }

        _before = _last;
        _last = (method, micros);
    }

    /// <summary>The last one before that moment, or none.</summary>
    public readonly (string? Method, long Micros) Before(long endMicros)
    {
        if (_last is { } last && last.Micros <= endMicros)
        {
            return last;
        }

        return _before is { } before && before.Micros <= endMicros ? before : default;
    }
}
