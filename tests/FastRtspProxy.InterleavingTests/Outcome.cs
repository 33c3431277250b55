namespace FastRtspProxy.InterleavingTests;

/// <summary>What a scenario's run shows.</summary>
internal enum Outcome
{
    /// <summary>It came out as it should.</summary>
    Good,

    /// <summary>It did not.</summary>
    Bad,

    /// <summary>Nothing: the threads ran as they liked.</summary>
    Blind,
}
