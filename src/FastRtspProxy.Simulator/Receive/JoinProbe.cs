namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// What somebody who joins sees. A player shows the first key frame when it has come and goes on at the pace of the RTP timestamps; a second later it
/// is so far behind the camera as this says. Mutable, one owner.
/// </summary>
internal struct JoinProbe
{
    private const long SettledMicros = 1_000_000;

    private long _shownUnixMicros;
    private long _latestMicros;
    private uint _firstTimestamp;
    private bool _isRunning;

    /// <summary>The first key frame is complete.</summary>
    public void Begin(uint timestamp, long nowUnixMicros)
    {
        _firstTimestamp = timestamp;
        _shownUnixMicros = nowUnixMicros;
        _isRunning = true;
    }

    /// <summary>A stamped frame is complete. True once, with the first one after a second.</summary>
    /// <param name="timestamp">Its RTP timestamp.</param>
    /// <param name="clockRate">Ticks a second.</param>
    /// <param name="sentUnixMicros">When the camera sent it.</param>
    /// <param name="nowUnixMicros">When it came.</param>
    /// <param name="behindMicros">How far a player is behind live that leaves out what comes too late.</param>
    /// <param name="waitingBehindMicros">How far one is that waits for what comes late, and then stays so much behind.</param>
    public bool TryTake(uint timestamp, int clockRate, long sentUnixMicros, long nowUnixMicros, out long behindMicros, out long waitingBehindMicros)
    {
        behindMicros = waitingBehindMicros = 0;
        if (!_isRunning)
        {
            return false;
        }

        long dueMicros = (int)(timestamp - _firstTimestamp) * 1_000_000L / clockRate;
        long sinceMicros = nowUnixMicros - _shownUnixMicros;
        _latestMicros = Math.Max(_latestMicros, sinceMicros - dueMicros);
        if (sinceMicros < SettledMicros)
        {
            return false;
        }

        _isRunning = false;
        behindMicros = dueMicros - (sentUnixMicros - _shownUnixMicros);
        waitingBehindMicros = behindMicros + _latestMicros;
        return true;
    }
}
