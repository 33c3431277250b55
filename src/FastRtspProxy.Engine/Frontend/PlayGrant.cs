using System.Collections.Immutable;
using FastRtspProxy.Engine.Delivery;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The answer to <see cref="IMount.JoinAsync"/>.</summary>
/// <param name="Outcome">Whether the client may play.</param>
/// <param name="JoinSequence">The ring sequence that the client starts at.</param>
/// <param name="Tracks">Where each track starts; empty unless playing.</param>
internal sealed record PlayGrant(PlayOutcome Outcome, long JoinSequence, ImmutableArray<TrackStart> Tracks)
{
    /// <summary>An instant start: the client begins in the past, at <see cref="JoinSequence"/>, and catches up.</summary>
    public CatchUp? CatchUp { get; init; }

    /// <summary>When what it gets first came, on the shards' clock; null: it comes from now on.</summary>
    public long? FromMicros { get; init; }

    /// <summary>How much later than it comes the client gets everything; 0: at once.</summary>
    public long DelayMicros { get; init; }

    /// <summary>What comes after that moment of the shards' clock is not for it; null: everything is.</summary>
    public long? EndMicros { get; init; }

    /// <summary><see cref="EndMicros"/> as the client said it.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>A client with video begins at the next random access point.</summary>
    public bool WaitsForRandomAccess { get; init; }

    /// <summary>The longest wait for that random access point; null: <see cref="FanOutLimits.MaxRandomAccessWait"/>.</summary>
    public TimeSpan? MaxRandomAccessWait { get; init; }
}
