namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The interleaved channels of a track.</summary>
public readonly record struct ChannelPair(byte Rtp, byte Rtcp);
