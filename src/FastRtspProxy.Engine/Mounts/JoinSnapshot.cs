using System.Collections.Immutable;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>A place in the ring, and where each track stands there.</summary>
/// <param name="JoinSequence">The ring's sequence of the first packet behind it.</param>
/// <param name="Tracks">What is known of each track's next packet.</param>
internal readonly record struct JoinSnapshot(long JoinSequence, ImmutableArray<TrackStart> Tracks);
