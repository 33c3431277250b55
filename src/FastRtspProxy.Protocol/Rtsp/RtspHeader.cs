namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>A header to write.</summary>
public readonly record struct RtspHeader(string Name, string Value);
