using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>
/// A camera's idea of the time. Timestamps and sender reports come from one clock, as in cameras whose media clock follows their wall clock: when it
/// is set, both jump by the same amount. What only the reports get wrong comes on top.
/// </summary>
internal sealed class CameraClock(FaultSchedule faults, ulong seed)
{
    /// <summary>Until 2033, so that the NTP era does not end.</summary>
    private const double RandomSeconds = 2e9;

    private long _jumpedMicros;
    private ulong _reports;

    public void Jump(TimeSpan by) => _jumpedMicros += (long)by.TotalMicroseconds;

    /// <summary>What the jumps add to timestamps.</summary>
    public uint JumpedTicks(int clockRate) => unchecked((uint)Ticks(_jumpedMicros, clockRate));

    /// <summary>What jumps and a stray timestamp add to a unit's timestamp.</summary>
    public uint OffTicks(long strayMicros, int clockRate) => unchecked((uint)Ticks(_jumpedMicros + strayMicros, clockRate));

    /// <summary>The time that a sender report tells.</summary>
    /// <param name="now">The truth.</param>
    /// <param name="streamMicros">The stream's time; a drift grows with it.</param>
    public DateTimeOffset ReportTime(DateTimeOffset now, long streamMicros) => faults.ReportsAtRandom
        ? DateTimeOffset.UnixEpoch.AddSeconds(RandomSeconds * Hash64.Unit(seed, _reports++))
        : now + faults.ReportOffset + TimeSpan.FromMicroseconds(_jumpedMicros + (faults.ReportDrift * streamMicros));

    private static long Ticks(long micros, int clockRate) => (long)((Int128)micros * clockRate / 1_000_000);
}
