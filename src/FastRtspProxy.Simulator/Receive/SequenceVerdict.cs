namespace FastRtspProxy.Simulator.Receive;

/// <summary>What a sequence number says about its packet.</summary>
internal enum SequenceVerdict : byte
{
    /// <summary>The next one, or the first.</summary>
    InOrder,

    /// <summary>Newer than the next one: those between are missing for now.</summary>
    AfterGap,

    /// <summary>One of those that were missing.</summary>
    Late,

    /// <summary>It was here before.</summary>
    Duplicate,

    /// <summary>So far away that the sender must have begun anew.</summary>
    Restart,
}
