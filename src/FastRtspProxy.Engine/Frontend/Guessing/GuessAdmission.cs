namespace FastRtspProxy.Engine.Frontend;

/// <summary>What becomes of an answer that has come.</summary>
internal enum GuessAdmission
{
    /// <summary>It is judged now.</summary>
    Judge,

    /// <summary>It waits for its turn.</summary>
    Wait,

    /// <summary>It is refused without a look: as many as may wait do.</summary>
    Refuse,
}
