namespace FastRtspProxy.Engine.Frontend;

/// <summary>What the log said of one address.</summary>
internal struct SaidLogIns
{
    /// <summary>Lines said.</summary>
    public int Lines;

    public long SaidMicros;

    /// <summary>Log-ins that failed, or were refused without a look, since the last line.</summary>
    public long Unsaid;

    /// <summary>The last of the unsaid; null: none is.</summary>
    public FailedLogIn? Last;

    /// <summary>True while the address stands among those of which something is to be said.</summary>
    public bool IsPending;
}
