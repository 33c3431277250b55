namespace FastRtspProxy.Operations.Captures;

/// <summary>What became of a capture.</summary>
/// <param name="Summary">Lines for the user: what is in the file, what was replaced, what is left.</param>
/// <param name="Failure">Why the camera was not read to the end; null: it was.</param>
/// <param name="MediaPackets">RTP and RTCP of the camera.</param>
internal sealed record CaptureOutcome(string Summary, string? Failure, long MediaPackets);
