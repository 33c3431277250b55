using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>In the place of what a REGISTER asks for.</summary>
internal sealed record StreamRegistration(RtspUrl Url, string? Suffix);
