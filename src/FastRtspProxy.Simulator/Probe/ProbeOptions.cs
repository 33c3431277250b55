using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>What is looked at, and for how long.</summary>
/// <param name="Url">The stream.</param>
/// <param name="Udp">Media over UDP; else interleaved.</param>
/// <param name="Duration">How long the stream is watched.</param>
/// <param name="Timeout">For the connect and each answer.</param>
/// <param name="SkipChecks">Do not try odd requests on the server.</param>
/// <param name="InsecureTls">rtsps: do not check the certificate.</param>
internal sealed record ProbeOptions(RtspUrl Url, bool Udp, TimeSpan Duration, TimeSpan Timeout, bool SkipChecks, bool InsecureTls);
