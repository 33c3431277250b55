namespace FastRtspProxy.Simulator.Report;

/// <summary>
/// Who lost them: the kernel says what our own sockets overflowed by; over TCP and on one machine the rest is the server's; else it cannot be told
/// from outside.
/// </summary>
internal sealed record LossAttribution(long Server, long NetworkOrServer, long Tool);
