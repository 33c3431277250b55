namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>Keys with their nodes, no key twice, in the order in which they were written.</summary>
internal sealed class ConfigMap(ConfigPlace place, IReadOnlyList<ConfigEntry> entries) : ConfigNode(place)
{
    private readonly Dictionary<string, ConfigNode> _byKey = entries.ToDictionary(
        static entry => entry.Key, static entry => entry.Value, StringComparer.Ordinal);

    public IReadOnlyList<ConfigEntry> Entries { get; } = entries;

    public override string Kind => "a section (keys with values)";

    public override long Weight { get; } = 1 + entries.Sum(static entry => 1 + entry.Value.Weight);

    public ConfigNode? Find(string key) => _byKey.GetValueOrDefault(key);
}
