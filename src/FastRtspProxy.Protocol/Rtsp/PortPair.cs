namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>An RTP port and its RTCP port.</summary>
public readonly record struct PortPair(int Rtp, int Rtcp);
