namespace FastRtspProxy.Engine.Backend;

/// <summary>What became of a packet for the camera.</summary>
internal enum TalkOutcome
{
    /// <summary>It went out.</summary>
    Sent,

    /// <summary>The camera does not play, or has no back channel that is set up.</summary>
    NotThere,

    /// <summary>It is for another of the camera's back channels than the one that is set up.</summary>
    OtherSection,

    /// <summary>It is no RTP, too long, or of a payload type that the camera did not name.</summary>
    Unusable,

    /// <summary>The camera's connection is full of what was said before.</summary>
    Full,
}
