namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// CLOCK_REALTIME, in which a simulated camera stamps its frames. Latencies are differences of two readings of it, so camera and tool must share it:
/// one machine, or two that are synchronised far better than the latencies of interest.
/// </summary>
internal static class UnixClock
{
    public static long NowMicros() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
