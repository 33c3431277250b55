namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What one talker may send: twice what uncompressed stereo of 48 kHz takes, in packets of 5 ms; what it has saved up lasts for a second. Pure.
/// </summary>
internal struct TalkRate
{
    /// <summary>5 ms each, twice.</summary>
    public const int PacketsPerSecond = 400;

    /// <summary>L16, 48 kHz, two channels: 192,000, and the headers.</summary>
    public const int BytesPerSecond = 400_000;

    private double _packets;
    private double _bytes;
    private long _micros;

    /// <summary>False: it is too much.</summary>
    public bool TryTake(int bytes, long nowMicros)
    {
        double seconds = _micros == 0 ? 1 : Math.Max(0, nowMicros - _micros) / 1e6;
        _micros = nowMicros;
        _packets = Math.Min(PacketsPerSecond, _packets + (seconds * PacketsPerSecond));
        _bytes = Math.Min(BytesPerSecond, _bytes + (seconds * BytesPerSecond));
        if (_packets < 1 || _bytes < bytes)
        {
            return false;
        }

        _packets--;
        _bytes -= bytes;
        return true;
    }
}
