namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>
/// One method alone keeps a session alive; others are answered well and count for nothing, and neither do receiver reports (VLC's server, EvoStream).
/// </summary>
/// <param name="Method">`OPTIONS`, `GET_PARAMETER` or `SET_PARAMETER`.</param>
/// <param name="TimeoutSeconds">The session's time-out; null: the personality's.</param>
internal readonly record struct OnlyKeepAlive(string Method, int? TimeoutSeconds);
