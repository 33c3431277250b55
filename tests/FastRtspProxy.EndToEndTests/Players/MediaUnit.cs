namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>An access unit or audio frame as a player handed it on: its time stamp and a hash of its bytes.</summary>
public sealed record MediaUnit(bool IsVideo, double Seconds, string Hash);
