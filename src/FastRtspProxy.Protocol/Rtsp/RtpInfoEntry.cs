namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>One track of an RTP-Info header; what is missing or can not be true is null.</summary>
public readonly record struct RtpInfoEntry(string Url, ushort? Seq, uint? RtpTime);
