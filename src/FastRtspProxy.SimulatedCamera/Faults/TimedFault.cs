namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>A fault on the clock.</summary>
/// <param name="At">Since the camera's start.</param>
/// <param name="Duration">Of a stall, a reboot or a silence (<see cref="Timeout.InfiniteTimeSpan"/>: for good); how far a clock jumps, negative:
/// back.</param>
/// <param name="Every">Again after each such time; zero: once.</param>
internal readonly record struct TimedFault(TimedFaultKind Kind, TimeSpan At, TimeSpan Duration, TimeSpan Every);
