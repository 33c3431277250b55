using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with values under names that the user gives.</summary>
/// <param name="name">The key.</param>
/// <param name="type">Of each value.</param>
/// <param name="make">A name with its value.</param>
/// <param name="findFault">What is wrong with a name, as the rest of a sentence; null: nothing.</param>
/// <param name="nameOf">The name of one.</param>
/// <param name="get">All of them.</param>
/// <param name="set">The owner with all of them.</param>
internal sealed class NamedValuesKey<TOwner, T, TItem>(
    string name, TypeOf<T> type, Func<string, T, TItem> make, Func<string, string?> findFault,
    Func<TItem, string> nameOf, Func<TOwner, ValueList<TItem>> get, Func<TOwner, ValueList<TItem>, TOwner> set) : OwnedKey<TOwner>(name)
    where TItem : class
{
    public override KeyForm Form => KeyForm.NamedValues;

    public override ConfigType Type => type;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
        if (node is not ConfigMap map)
        {
            reading.Error(node.Place, path, node is ConfigScalar { IsNull: true }
                ? "the section is empty: write names and values, or take it out"
                : $"this is {node.Kind}, and it has to be a section of names with values");
            return owner;
        }

        var items = new List<TItem>(map.Entries.Count);
        foreach (ConfigEntry entry in map.Entries)
        {
            string itemPath = ConfigReading.PathOf(path, entry.Shown(type.IsSecret));
            reading.Met(itemPath, entry.Value.Place);
            if (findFault(entry.Key) is { } fault)
            {
                reading.Error(entry.Place, itemPath, fault);
            }
            else if (type.TryRead(entry.Value, itemPath, reading, out T? value))
            {
                items.Add(make(entry.Key, value));
            }
        }

        return set(owner, [.. items]);
    }

    public override void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes)
    {
        if (!get(old).Equals(get(next)))
        {
            changes.Add(new KeyChange(path, Effect, ChangedNames(get(old), get(next), nameOf)));
        }
    }

    /// <summary>No list of sections has such keys.</summary>
    public override TOwner WithRestartKeysOf(TOwner next, TOwner old) => next;

    /// <summary>The names alone.</summary>
    public override void Show(TOwner owner, JsonObject into) =>
        into[Name + "Set"] = new JsonArray([.. get(owner).Select(item => (JsonNode)nameOf(item))]);

    public override void SetDefault(TOwner owner) => DefaultText ??= "{}";
}
