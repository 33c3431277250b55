namespace FastRtspProxy.Operations.Live;

/// <summary>
/// From the RTP timestamps of one track (32 bits that wrap, ticks of its clock) to microseconds that all tracks of a viewer share.
/// </summary>
/// <param name="rate">Ticks a second.</param>
/// <param name="start">The timestamp at the moment when the viewer joined; null: not known, and the first packet's arrival tells it.</param>
internal sealed class LiveClock(int rate, uint? start)
{
    /// <summary>What the moment of the join is called: more than any past that a viewer begins with, so that no time is below 0.</summary>
    public const long JoinMicros = 60_000_000;

    /// <summary>At that moment, without wrap.</summary>
    private long? _startTicks = start;

    /// <summary>Of the last packet, without wrap.</summary>
    private long _ticks = start ?? 0;

    /// <summary>The time of a packet that came so long after the join (before it: below 0).</summary>
    public long MicrosOf(uint timestamp, long arrivalMicros)
    {
        if (_startTicks is not { } startTicks)
        {
            _ticks = timestamp;
            _startTicks = startTicks = timestamp - (arrivalMicros * rate / 1_000_000);
        }

        _ticks += (int)(timestamp - (uint)_ticks);
        return Math.Max(0, JoinMicros + ((_ticks - startTicks) * 1_000_000 / rate));
    }
}
