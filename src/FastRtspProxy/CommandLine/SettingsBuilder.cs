using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>Nodes by their paths, on the way to one section. A list of sections (<c>[]</c> in the path) becomes a list of one.</summary>
internal sealed class SettingsBuilder
{
    private const string ListMark = "[]";

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

    public ConfigMap Build() => new(ConfigPlace.WholeFile, [.. _entries.Select(static entry => EntryOf(entry.Key, entry.Value))]);

    private static ConfigEntry EntryOf(string key, object value)
    {
        ConfigNode node = value as ConfigNode ?? ((SettingsBuilder)value).Build();
        return key.EndsWith(ListMark, StringComparison.Ordinal)
            ? new ConfigEntry(key[..^ListMark.Length], ConfigPlace.WholeFile, new ConfigList(ConfigPlace.WholeFile, [node]))
            : new ConfigEntry(key, ConfigPlace.WholeFile, node);
    }
}
