namespace FastRtspProxy.Engine.Backend;

/// <summary>What is known of one way to one camera. A mutable struct: only <see cref="TransportChoice"/> holds any.</summary>
internal struct WayRecord
{
    /// <summary>RTP came by this way, in whichever session: set for good by the first packet.</summary>
    public bool HasDelivered;

    /// <summary>When it last failed; null while nothing contradicts it: never, forgotten, or RTP came since.</summary>
    public long? FailedMicros;

    /// <summary>It failed in the round that is under way, so this round does not come back to it.</summary>
    public bool IsTried;

    /// <summary>The last session that used it got no answer to SETUP or PLAY; RTP clears it.</summary>
    public bool WasUnanswered;

    /// <summary>Sessions in a row that asked for it and ended without RTP, for whatever reason; RTP or a failure of the way clears it.</summary>
    public int EmptySessions;

    /// <summary>Why it last failed, for people; null when it has not.</summary>
    public string? Why;
}
