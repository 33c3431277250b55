using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with sections under names that the user gives.</summary>
/// <param name="name">The key.</param>
/// <param name="shape">The keys of each.</param>
/// <param name="start">One of that name that says nothing yet.</param>
/// <param name="findFault">What is wrong with a name, as the rest of a sentence; null: nothing.</param>
/// <param name="nameOf">The name of one.</param>
/// <param name="get">All of them.</param>
/// <param name="set">The owner with all of them.</param>
internal sealed class NamedSectionsKey<TOwner, TItem>(
    string name, ConfigShape<TItem> shape, Func<TOwner, string, TItem> start, Func<string, string?> findFault,
    Func<TItem, string> nameOf, Func<TOwner, ValueList<TItem>> get, Func<TOwner, ValueList<TItem>, TOwner> set) : OwnedKey<TOwner>(name)
    where TItem : class
{
    public override KeyForm Form => KeyForm.NamedSections;

    public override IReadOnlyList<ConfigKey> Children => shape.Keys;

    /// <summary>What the names are, in the words of documents.</summary>
    public required string NameText { get; init; }

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
        if (node is not ConfigMap map)
        {
            reading.Error(node.Place, path, node is ConfigScalar { IsNull: true }
                ? "the section is empty: write its names, or take it out"
                : $"this is {node.Kind}, and it has to be a section with names");
            return owner;
        }

        var items = new TItem[map.Entries.Count];
        for (int i = 0; i < items.Length; i++)
        {
            ConfigEntry entry = map.Entries[i];
            string itemPath = ConfigReading.PathOf(path, entry.Key);
            reading.Met(itemPath, entry.Place);
            if (findFault(entry.Key) is { } fault)
            {
                reading.Error(entry.Place, itemPath, fault);
            }

            items[i] = shape.Read(entry.Value, start(owner, entry.Key), itemPath, reading);
        }

        return set(owner, new ValueList<TItem>(items));
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

    public override void Show(TOwner owner, JsonObject into)
    {
        JsonObject shown = [];
        foreach (TItem item in get(owner))
        {
            shown[nameOf(item)] = shape.Show(item);
        }

        into[Name] = shown;
    }

    public override void SetDefault(TOwner owner) => DefaultText ??= "{}";
}
