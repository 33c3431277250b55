using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of a section, and how it becomes a <typeparamref name="T"/>.</summary>
internal sealed class ConfigShape<T>
{
    private readonly OwnedKey<T>[] _keys;

    /// <param name="defaults">A section that says nothing: the table's defaults are taken out of it.</param>
    /// <param name="keys">In the order in which they are read and shown.</param>
    public ConfigShape(T defaults, params OwnedKey<T>[] keys)
    {
        _keys = keys;
        Defaults = defaults;
        HasRestartKeys = keys.Any(HasRestart);
        foreach (OwnedKey<T> key in keys)
        {
            key.SetDefault(defaults);
        }
    }

    public IReadOnlyList<OwnedKey<T>> Keys => _keys;

    /// <summary>The section that says nothing.</summary>
    public T Defaults { get; }

    /// <summary>The start with everything that the node says. What is wrong, and every key that is not in the table, goes to the reading.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="start">What counts where it says nothing.</param>
    /// <param name="path">Of the section, as errors name it.</param>
    /// <param name="reading">Where errors go.</param>
    /// <param name="only">Which keys to read now, without a look at what else is there; null: all.</param>
    public T Read(ConfigNode node, T start, string path, ConfigReading reading, Predicate<ConfigKey>? only = null)
    {
        if (node is not ConfigMap map)
        {
            reading.Error(node.Place, path, node is ConfigScalar { IsNull: true }
                ? "the section is empty: write its keys, or take it out"
                : $"this is {node.Kind}, and it has to be a section with keys like \"{Keys[0].Name}\"");
            return start;
        }

        T result = start;
        foreach (OwnedKey<T> key in Keys)
        {
            if (only is null || only(key))
            {
                result = Read(map, key, result, path, reading);
            }
        }

        if (only is null)
        {
            RefuseUnknown(map, path, reading);
        }

        return result;
    }

    /// <summary>True when a change of some key in it needs a restart.</summary>
    public bool HasRestartKeys { get; }

    /// <summary>Every value that differs, by the paths within the section.</summary>
    /// <param name="old">As it was.</param>
    /// <param name="next">As it is to be.</param>
    /// <param name="only">Which keys of this section to compare.</param>
    public IReadOnlyList<KeyChange> Changes(T old, T next, Predicate<ConfigKey> only)
    {
        List<KeyChange> changes = [];
        foreach (OwnedKey<T> key in Keys)
        {
            if (only(key))
            {
                key.Compare(old, next, key.Name, changes);
            }
        }

        return changes;
    }

    /// <summary>Adds every value that differs.</summary>
    public void Compare(T old, T next, string path, ICollection<KeyChange> changes)
    {
        foreach (OwnedKey<T> key in Keys)
        {
            key.Compare(old, next, ConfigReading.PathOf(path, key.Name), changes);
        }
    }

    /// <summary>The next section with what the old one had where a change needs a restart.</summary>
    public T WithRestartKeysOf(T next, T old) => Keys.Aggregate(next, (result, key) => key.WithRestartKeysOf(result, old));

    /// <summary>All that may be shown of a section, by its keys.</summary>
    public JsonObject Show(T owner)
    {
        JsonObject shown = [];
        foreach (OwnedKey<T> key in Keys)
        {
            key.Show(owner, shown);
        }

        return shown;
    }

    /// <summary>As <see cref="Show(T)"/>, but for keys that say what another one says too.</summary>
    public JsonObject Show(T owner, T than)
    {
        JsonObject shown = Show(owner);
        foreach ((string name, JsonNode? value) in Show(than))
        {
            if (JsonNode.DeepEquals(shown[name], value))
            {
                shown.Remove(name);
            }
        }

        return shown;
    }

    /// <summary>Says which keys of the section are none.</summary>
    public void RefuseUnknown(ConfigMap map, string path, ConfigReading reading)
    {
        bool isBehindSecret = false;
        foreach (ConfigEntry entry in map.Entries)
        {
            OwnedKey<T>? key = Array.Find(_keys, one => one.Name == entry.Key);
            if (key is null)
            {
                string shown = entry.Shown(isBehindSecret);
                reading.Error(
                    entry.Place, ConfigReading.PathOf(path, shown), shown == entry.Key ? UnknownKey.Explain(entry.Key, Keys) : UnknownKey.Cut);
            }

            isBehindSecret = key is null or { Type.IsSecret: true };
        }
    }

    private static bool HasRestart(ConfigKey key) => key.Effect == ConfigEffect.Restart || key.Children.Any(HasRestart);

    private static T Read(ConfigMap map, OwnedKey<T> key, T owner, string path, ConfigReading reading)
    {
        string keyPath = ConfigReading.PathOf(path, key.Name);
        if (map.Find(key.Name) is { } value)
        {
            reading.Met(keyPath, value.Place);
            return key.Read(owner, value, keyPath, reading);
        }

        if (key.IsRequired)
        {
            reading.Error(map.Place, keyPath, "it is missing");
        }

        return owner;
    }
}
