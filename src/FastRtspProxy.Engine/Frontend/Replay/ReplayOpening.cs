namespace FastRtspProxy.Engine.Frontend;

/// <summary>What came of the wish for a session with a recorder.</summary>
/// <param name="Leg">The session; null: there is none to be had, and <paramref name="Answer"/> says why.</param>
/// <param name="Answer">What the recorder answered to DESCRIBE, or what is answered in its place.</param>
internal readonly record struct ReplayOpening(IReplayLeg? Leg, ReplayAnswer Answer);
