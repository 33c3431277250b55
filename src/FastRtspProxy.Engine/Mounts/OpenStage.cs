namespace FastRtspProxy.Engine.Mounts;

/// <summary>How far an attempt with a place of <see cref="OpenPacer"/> is; it goes from one to a later one only.</summary>
internal enum OpenStage
{
    /// <summary>It began a moment ago.</summary>
    Young,

    /// <summary>The camera has answered, and the attempt goes on.</summary>
    Answered,

    /// <summary>The camera takes its time.</summary>
    Silent,

    /// <summary>It is over, or as good as.</summary>
    Over,
}
