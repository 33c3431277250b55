using System.Collections.Immutable;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The answer to <see cref="IMount.JoinAsync"/>.</summary>
/// <param name="Outcome">Whether the client may play.</param>
/// <param name="JoinSequence">The ring sequence that the client starts at.</param>
/// <param name="Tracks">Where each track starts; empty unless playing.</param>
internal sealed record PlayGrant(PlayOutcome Outcome, long JoinSequence, ImmutableArray<TrackStart> Tracks);
