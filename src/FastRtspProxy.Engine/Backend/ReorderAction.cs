namespace FastRtspProxy.Engine.Backend;

/// <summary>What <see cref="ReorderWindow.Offer"/> wants done.</summary>
internal enum ReorderAction
{
    /// <summary>In order: use it.</summary>
    Pass,

    /// <summary>It closed a gap: use it, then take what waited behind it.</summary>
    PassAndTake,

    /// <summary>Kept until the gap closes or its time is over.</summary>
    Held,

    /// <summary>Late, repeated, or a stray.</summary>
    Drop,

    /// <summary>Too far ahead for the window: skip the gap, take what there is, and offer it again.</summary>
    MakeRoom,

    /// <summary>The sender began anew: reset, and offer it again.</summary>
    Restart,
}
