using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a PLAY asks for with its Range, and what it is told. A live stream has one range, and the answer says which, in the unit that was asked for;
/// in absolute time it may begin in what is kept, and end. A unit that we do not know (smpte, a vendor's) is no reason to refuse what plays from now
/// on in any unit, and LIVE555 does not. Pure.
/// </summary>
internal readonly struct PlayRange
{
    /// <summary>A client's clock that is ahead of ours by less means now.</summary>
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(2);

    private readonly ClockRange _clock;
    private readonly DateTimeOffset _now;
    private readonly string? _asked;

    /// <summary>VMSs stamp by the answer.</summary>
    private readonly bool _isOfOnvif;

    /// <param name="request">The PLAY.</param>
    /// <param name="now">By our clock: what the client's moments are measured against.</param>
    public PlayRange(RtspMessage request, DateTimeOffset now)
    {
        _now = now;
        _asked = request.Header("Range");
        _isOfOnvif = request.Header("Require") is { } tags && tags.Contains("onvif", StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> control = request.Header("Rate-Control").AsSpan().Trim();
        IsRateControlled = control.Equals("no", StringComparison.OrdinalIgnoreCase) ? false
            : control.Equals("yes", StringComparison.OrdinalIgnoreCase) ? true : null;
        IsValid = ClockRange.TryParse(_asked, out _clock)
            ? !(_clock.From > now + s_clockTolerance) && !(_clock.To <= (_clock.From ?? now))
            : !ClockRange.IsMalformed(_asked);
    }

    /// <summary>
    /// False: it begins in the future, or ends before it begins, or it is in absolute time that cannot be read: what would be played is something
    /// else than what was asked for.
    /// </summary>
    public bool IsValid { get; }

    /// <summary>
    /// ONVIF's Rate-Control (streaming specification, replay): with <c>no</c> the past comes as fast as it can be taken, with <c>yes</c> as it came.
    /// </summary>
    public bool? IsRateControlled { get; }

    /// <summary>What is asked for, on a clock that reads so many microseconds now.</summary>
    public WantedRange Wanted(long nowMicros) =>
        new(MicrosOf(_clock.From, nowMicros), MicrosOf(_clock.To, nowMicros), IsRateControlled) { To = _clock.To };

    /// <summary>The answer for what begins at a moment, and ends where it does: a refresh changes no end, and a group of viewers has none.</summary>
    public string Answer(DateTimeOffset from, DateTimeOffset? until)
    {
        ReadOnlySpan<char> unit = _asked.AsSpan().Trim();
        if (unit.StartsWith("clock", StringComparison.OrdinalIgnoreCase) || (_asked is null && _isOfOnvif))
        {
            return ClockRange.Format(from, until);
        }

        bool isNow = unit.StartsWith("npt", StringComparison.OrdinalIgnoreCase) && unit.Contains("now", StringComparison.OrdinalIgnoreCase);
        return isNow ? "npt=now-" : "npt=0.000-";
    }

    private long? MicrosOf(DateTimeOffset? moment, long nowMicros) =>
        moment is { } time ? nowMicros - (long)(_now - time).TotalMicroseconds : null;
}
