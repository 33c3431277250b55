namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>A piece of what was written, before anybody knows what it means. YAML, JSON and arguments become the same three kinds of nodes.</summary>
internal abstract class ConfigNode(ConfigPlace place)
{
    /// <summary>Where it begins. What an alias stands for has the place of its anchor.</summary>
    public ConfigPlace Place { get; } = place;

    /// <summary>What it is, for a sentence about what it should be.</summary>
    public abstract string Kind { get; }

    /// <summary>Nodes in it with itself, each alias counted as what it stands for: what a walk over it costs.</summary>
    public abstract long Weight { get; }
}
