using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with a list of sections.</summary>
/// <param name="name">The key.</param>
/// <param name="shape">The keys of each.</param>
/// <param name="start">One that says nothing yet.</param>
/// <param name="nameOf">What one is called where a change is told.</param>
/// <param name="get">All of them.</param>
/// <param name="set">The owner with all of them.</param>
internal sealed class SectionsKey<TOwner, TItem>(
    string name,
    ConfigShape<TItem> shape,
    Func<TItem> start,
    Func<TItem, string> nameOf,
    Func<TOwner, ValueList<TItem>> get,
    Func<TOwner, ValueList<TItem>, TOwner> set) : OwnedKey<TOwner>(name)
    where TItem : class
{
    public override KeyForm Form => KeyForm.Sections;

    public override IReadOnlyList<ConfigKey> Children => shape.Keys;

    /// <summary>The least number of sections.</summary>
    public int CountMin { get; init; }

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
        if (Shorthand is not null && node is ConfigScalar { IsNull: false } single)
        {
            return set(owner, new ValueList<TItem>([ReadItem(single, path, reading)])); // a single value is a list of one
        }

        if (node is not ConfigList list)
        {
            reading.Error(node.Place, path, node is ConfigScalar { IsNull: true }
                ? "the list is empty: write its items, or take it out"
                : $"this is {node.Kind}, and it has to be a list, each item with keys like \"{shape.Keys[0].Name}\"");
            return owner;
        }

        var items = new TItem[list.Items.Count];
        for (int i = 0; i < items.Length; i++)
        {
            string itemPath = ConfigReading.PathOf(path, i);
            reading.Met(itemPath, list.Items[i].Place);
            items[i] = ReadItem(list.Items[i], itemPath, reading);
        }

        if (items.Length < CountMin)
        {
            reading.Error(node.Place, path, "the list is empty: it needs at least one");
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

    public override void Show(TOwner owner, JsonObject into) => into[Name] = new JsonArray([.. get(owner).Select(ShowItem)]);

    public override void SetDefault(TOwner owner) => DefaultText ??= "[]";

    private TItem ReadItem(ConfigNode node, string path, ConfigReading reading) =>
        Shorthand is { } only && node is ConfigScalar { IsNull: false }
            ? shape.Keys.Single(key => key.Name == only).Read(start(), node, path, reading)
            : shape.Read(node, start(), path, reading);

    private JsonNode? ShowItem(TItem item)
    {
        if (Shorthand is not { } only)
        {
            return shape.Show(item);
        }

        JsonObject said = shape.Show(item, shape.Defaults);
        return said.All(one => one.Key == only) ? said[only]?.DeepClone() : said;
    }
}
