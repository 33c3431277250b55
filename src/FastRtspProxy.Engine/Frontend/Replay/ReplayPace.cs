namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// When a viewer may have more of its recording, where that comes faster than it may have it: after each packet, how long the recorder has to wait.
/// Pure: whoever calls says the time. Mutable, one owner.
/// </summary>
internal struct ReplayPace
{
    /// <summary>However slow the pace is, something goes each second.</summary>
    private const long WaitMicrosMax = 1_000_000;

    /// <summary>
    /// When all that was sent has gone, at the pace; never further back than the burst, so that what was not sent is not made up for.
    /// </summary>
    private long _goneMicros;

    /// <summary>A packet was sent. Gives how long nothing more may be, in microseconds; 0: more may be at once.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="bitsPerSecond">The pace; above 0.</param>
    /// <param name="burstMicros">For so long it may be sent faster, after as long a silence.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public long Take(int bytes, long bitsPerSecond, long burstMicros, long nowMicros)
    {
        long gone = Math.Max(_goneMicros, nowMicros - burstMicros) + (long)(bytes * 8_000_000.0 / bitsPerSecond);
        _goneMicros = Math.Min(gone, nowMicros + WaitMicrosMax);
        return Math.Max(0, _goneMicros - nowMicros);
    }
}
