namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>An RTP port and its RTCP port; RTCP 0: there is none, and none is written.</summary>
public readonly record struct PortPair(int Rtp, int Rtcp);
