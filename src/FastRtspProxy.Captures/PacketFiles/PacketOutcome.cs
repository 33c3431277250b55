namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>What became of a packet capture.</summary>
/// <param name="Summary">Lines for the user.</param>
/// <param name="MediaPackets">RTP and RTCP of the camera.</param>
internal sealed record PacketOutcome(string Summary, long MediaPackets);
