namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Since when a client takes nothing of what waits for it. Looked at once a second. The time in which the line is down is not the client's: it begins
/// anew when the line is back, because what was lost has to be sent again before anything new is taken. Mutable; a private field of
/// <see cref="OverdueWatch"/>.
/// </summary>
internal struct StuckWatch
{
    /// <summary>When something was taken last, or nothing waited; 0 before the first look.</summary>
    private long _sinceMicros;
    private long _atBytes;

    /// <summary>A look.</summary>
    /// <param name="nowMicros">On the shard's clock.</param>
    /// <param name="waits">Something waits to be taken.</param>
    /// <param name="takenBytes">What the kernel has taken so far.</param>
    /// <param name="limit">For how long.</param>
    /// <returns>True: for longer than the limit.</returns>
    public bool IsStuck(long nowMicros, bool waits, long takenBytes, TimeSpan limit)
    {
        if (!waits || takenBytes != _atBytes || _sinceMicros == 0)
        {
            _atBytes = takenBytes;
            _sinceMicros = nowMicros;
        }

        return nowMicros - _sinceMicros > (long)limit.TotalMicroseconds;
    }

    /// <summary>Nothing was taken since the look before: whether the line is down is to be asked.</summary>
    public readonly bool IsInDoubt(long nowMicros) => nowMicros > _sinceMicros;

    /// <summary>The line is down.</summary>
    public void OnLineDown(long nowMicros) => _sinceMicros = nowMicros;
}
