using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>Nodes by their paths, on the way to one section.</summary>
internal sealed class SettingsBuilder
{
    private readonly Dictionary<string, object> _entries = new(StringComparer.Ordinal);

    /// <summary>Puts a node where its path says; no path is the beginning of another one.</summary>
    public void Put(string path, ConfigNode node)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            _entries.Add(path, node);
            return;
        }

        if (!_entries.TryGetValue(path[..dot], out object? inner))
        {
            inner = new SettingsBuilder();
            _entries.Add(path[..dot], inner);
        }

        ((SettingsBuilder)inner).Put(path[(dot + 1)..], node);
    }

    public ConfigMap Build() => new(
        ConfigPlace.WholeFile,
        [
            .. _entries.Select(
                static entry =>
                    new ConfigEntry(entry.Key, ConfigPlace.WholeFile, entry.Value as ConfigNode ?? ((SettingsBuilder)entry.Value).Build())),
        ]);
}
