using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with a list of sections.</summary>
internal sealed class SectionsKey<TOwner, TItem>(string name, ConfigShape<TItem> shape, Func<TItem> start, Func<TOwner, ValueList<TItem>, TOwner> set) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Sections;

    public override IReadOnlyList<ConfigKey> Children => shape.Keys;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
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
            items[i] = shape.Read(list.Items[i], start(), itemPath, reading);
        }

        return set(owner, new ValueList<TItem>(items));
    }

    public override void SetDefault(TOwner owner) => DefaultText ??= "[]";
}
