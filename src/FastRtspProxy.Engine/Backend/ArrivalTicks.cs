namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The shard's clock in a track's ticks, as the jitter wants it (RFC 3550 section A.8): worked out once for all packets of a turn. Mutable; one
/// owner.
/// </summary>
internal struct ArrivalTicks(int clockRate)
{
    private long _micros;
    private uint _ticks;

    /// <summary>The ticks of that moment; any origin, they wrap.</summary>
    public uint At(long nowMicros)
    {
        if (nowMicros != _micros)
        {
            _micros = nowMicros;
            _ticks = (uint)(nowMicros * clockRate / 1_000_000);
        }

        return _ticks;
    }
}
