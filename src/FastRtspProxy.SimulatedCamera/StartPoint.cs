namespace FastRtspProxy.SimulatedCamera;

/// <summary>Where a session's media begins.</summary>
/// <param name="StreamMicros">Stream time; nothing of before is sent.</param>
/// <param name="FirstUnits">The first unit of each track at or after it.</param>
internal readonly record struct StartPoint(long StreamMicros, long[] FirstUnits);
