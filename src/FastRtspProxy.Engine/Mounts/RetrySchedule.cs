namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// When the next attempt is made: within 1, 2, 4, 5, 5 … s while clients are held, else within 1, 2, 4, 8, 16, 30, 30 … s. The first after a second,
/// the others from a quarter of that on, so that the cameras of one switch, which are all lost in one moment, are not all asked in the same moments:
/// whenever it is back, one of them is tried soon, and tells the others (<see cref="ReturnNews"/>).
/// </summary>
internal sealed class RetrySchedule(Random random)
{
    private const double HeldMaxSeconds = 5;
    private const double AloneMaxSeconds = 30;

    /// <summary>Since the camera worked last, or since the mount began.</summary>
    private int _failures;

    /// <summary>Attempts that failed in a row.</summary>
    public int Failures => _failures;

    /// <summary>The camera works: the next failure starts at one second.</summary>
    public void Reset() => _failures = 0;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next(bool clientsAreHeld)
    {
        double seconds = Math.Pow(2, Math.Min(_failures, 6));
        _failures++;
        double jitter = _failures == 1 ? 1 : 0.25 + (0.75 * random.NextDouble());
        return TimeSpan.FromSeconds(Math.Min(seconds, clientsAreHeld ? HeldMaxSeconds : AloneMaxSeconds) * jitter);
    }
}
