namespace FastRtspProxy.Simulator.Report;

/// <summary>Frames, and what the camera's stamps say about them.</summary>
internal sealed record AccessUnitCounts(
    long Frames, long KeyFrames, long Stamped, long Verified, long Incomplete, long Truncated, long Corrupt, long CatchUp, long BeforeTheyWereSent);
