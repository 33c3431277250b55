using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Comparison;

/// <summary>
/// What leads from one configuration to another one. Whoever applies it takes the lists in this order; a stream that is in none of them is not
/// touched.
/// </summary>
internal sealed record ConfigDifference
{
    /// <summary>What to say of it, refusals last.</summary>
    public required IReadOnlyList<ConfigChange> Changes { get; init; }

    /// <summary>
    /// What counts afterwards: the new configuration, with the old values where a restart is needed. A stream that did not change is the very object
    /// that it was, so that whoever holds one can tell by reference.
    /// </summary>
    public required ProxyConfig Result { get; init; }

    /// <summary>First: a new stream may have the name of one of them, or a name that begins with it.</summary>
    public required IReadOnlyList<StreamConfig> Removed { get; init; }

    public required IReadOnlyList<StreamConfig> Added { get; init; }

    /// <summary>With a camera session to be made anew; their settings may have changed too.</summary>
    public required IReadOnlyList<StreamChange> Remade { get; init; }

    /// <summary>With other settings only, their own or what all have.</summary>
    public required IReadOnlyList<StreamChange> Adjusted { get; init; }

    public bool IsEmpty => Changes.Count == 0;
}
